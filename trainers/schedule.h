// SPDX-License-Identifier: Apache-2.0
// The learning rate as a function of the step. Stateless but for the validation losses that
// reduce-on-plateau has seen, so that a resumed run continues where it was.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/registry.h"

namespace jetsmith {

/// Length of a training in optimizer steps.
struct TrainingLength {
    int64_t steps = 1;
    int64_t steps_per_epoch = 1;
};

class Schedule {
  public:
    virtual ~Schedule() = default;

    /// Factor on the optimizer's learning rate for the given step, counted from 0.
    virtual double factor(int64_t step) const = 0;

    /// Hears the validation loss of every finished epoch.
    virtual void epoch_finished(double /*validation_loss*/) {}

    /// What a resumed run needs besides the step.
    virtual std::map<std::string, double> state() const { return {}; }
    virtual void load_state(const std::map<std::string, double>&) {}
};

template <>
struct Family<Schedule> {
    static constexpr auto name = "schedule";
    using Make = std::unique_ptr<Schedule>(const TrainingLength&);
};

}  // namespace jetsmith
