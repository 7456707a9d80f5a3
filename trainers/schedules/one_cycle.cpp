// SPDX-License-Identifier: Apache-2.0
// One cycle (Smith, Topin: 1708.07120) with cosine arms: from 1/div up to 1, then down to
// 1/(div * final_div). The corners lie on the steps that PyTorch's OneCycleLR puts them on.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "trainers/schedule.h"

namespace jetsmith::schedules {
namespace {

class OneCycle final : public Schedule {
  public:
    struct Options {
        double warmup = 0.3;
        double div = 25.0;
        double final_div = 1e4;

        explicit Options(Config& config)
        {
            config.read("warmup", warmup, "share of the training spent rising", within(0, 1));
            config.read("div", div, "the start is 1/div of the peak", within(1, 1e12));
            config.read("final_div", final_div, "the end is 1/final_div of the start",
                        within(1, 1e12));
        }
    };

    OneCycle(const Options& options, const TrainingLength& length) : options_(options), length_(length) {}

    double factor(int64_t step) const override
    {
        const double top = options_.warmup * static_cast<double>(length_.steps) - 1;
        const auto last = static_cast<double>(length_.steps - 1);
        const double now = std::min(static_cast<double>(step), last);
        const double start = 1 / options_.div;
        if (now < top) return between(start, 1.0, top > 0 ? now / top : 1.0);
        const double share = last > top ? (now - top) / (last - top) : 1.0;
        return between(1.0, start / options_.final_div, share);
    }

  private:
    /// From a to b along half a cosine.
    static double between(double a, double b, double share)
    {
        return b + (a - b) * 0.5 * (1 + std::cos(std::numbers::pi * share));
    }


  private:
    Options options_;
    TrainingLength length_;
};

JETSMITH_REGISTER(Schedule, "one_cycle", OneCycle);

}  // namespace
}  // namespace jetsmith::schedules
