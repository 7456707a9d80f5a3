// SPDX-License-Identifier: Apache-2.0
// Half a cosine from 1 to `final` after a linear warm-up (Loshchilov, Hutter: 1608.03983, eq. 5).
#include <algorithm>
#include <cmath>
#include <numbers>

#include "trainers/schedule.h"

namespace jetsmith::schedules {
namespace {

class Cosine final : public Schedule {
  public:
    struct Options {
        double warmup = 0.0;
        double start = 0.01;
        double final = 0.0;

        explicit Options(Config& config)
        {
            config.read("warmup", warmup, "share of the training spent rising linearly",
                        from_below(0, 1));
            config.read("start", start, "share of the learning rate at the first step of a warm-up",
                        within(0, 1));
            config.read("final", final, "share of the learning rate left at the end",
                        within(0, 1));
        }
    };

    Cosine(const Options& options, const TrainingLength& length) : options_(options), length_(length) {}

    double factor(int64_t step) const override
    {
        const auto total = static_cast<double>(length_.steps);
        const double warm = std::round(options_.warmup * total);
        const auto now = static_cast<double>(step);
        if (now < warm) return options_.start + (1 - options_.start) * now / warm;
        const double share = std::min(1.0, (now - warm) / std::max(1.0, total - warm));
        return options_.final +
               (1 - options_.final) * 0.5 * (1 + std::cos(std::numbers::pi * share));
    }

  private:
    Options options_;
    TrainingLength length_;
};

JETSMITH_REGISTER(Schedule, "cosine", Cosine);

}  // namespace
}  // namespace jetsmith::schedules
