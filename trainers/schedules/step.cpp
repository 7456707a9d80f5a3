// SPDX-License-Identifier: Apache-2.0
// The learning rate is multiplied by gamma every so many epochs.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "trainers/schedule.h"

namespace jetsmith::schedules {
namespace {

class StepDecay final : public Schedule {
  public:
    struct Options {
        int64_t epochs = 10;
        double gamma = 0.1;

        explicit Options(Config& config)
        {
            config.read("epochs", epochs, "epochs between two reductions", positive);
            config.read("gamma", gamma, "factor of a reduction", within(0, 1));
        }
    };

    StepDecay(const Options& options, const TrainingLength& length) : options_(options), length_(length) {}

    double factor(int64_t step) const override
    {
        const int64_t reductions = step / length_.steps_per_epoch / options_.epochs;
        return std::pow(options_.gamma, static_cast<double>(reductions));
    }

  private:
    Options options_;
    TrainingLength length_;
};

JETSMITH_REGISTER(Schedule, "step", StepDecay);

}  // namespace
}  // namespace jetsmith::schedules
