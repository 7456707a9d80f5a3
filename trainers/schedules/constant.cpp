// SPDX-License-Identifier: Apache-2.0
// The learning rate of the optimizer, unchanged.
#include "trainers/schedule.h"

namespace jetsmith::schedules {
namespace {

class Constant final : public Schedule {
  public:
    struct Options {
        explicit Options(Config&) {}
    };

    Constant(const Options&, const TrainingLength&) {}

    double factor(int64_t) const override { return 1.0; }
};

JETSMITH_REGISTER(Schedule, "constant", Constant);

}  // namespace
}  // namespace jetsmith::schedules
