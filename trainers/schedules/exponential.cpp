// SPDX-License-Identifier: Apache-2.0
// The learning rate is multiplied by gamma after every epoch.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "trainers/schedule.h"

namespace jetsmith::schedules {
namespace {

class Exponential final : public Schedule {
  public:
    struct Options {
        double gamma = 0.95;

        explicit Options(Config& config)
        {
            config.read("gamma", gamma, "factor per epoch", within(0, 1));
        }
    };

    Exponential(const Options& options, const TrainingLength& length) : options_(options), length_(length) {}

    double factor(int64_t step) const override
    {
        return std::pow(options_.gamma, static_cast<double>(step / length_.steps_per_epoch));
    }

  private:
    Options options_;
    TrainingLength length_;
};

JETSMITH_REGISTER(Schedule, "exponential", Exponential);

}  // namespace
}  // namespace jetsmith::schedules
