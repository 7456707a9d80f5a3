// SPDX-License-Identifier: Apache-2.0
// Loss and rows of an epoch, on the device of the training: a step counts when it is known whether
// it was taken, without waiting for that.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>

namespace jetsmith {

class RunningTotals {
  public:
    explicit RunningTotals(const at::Device& device);

    /// Forgets what was added of a step that did not end.
    void begin_step();
    /// One batch of the step. loss: its mean, a float32 scalar.
    void add(const at::Tensor& loss, int64_t rows);
    /// Loss x rows and rows of this step, float64 (2): not finite where one of its losses is not.
    const at::Tensor& step() const { return step_; }
    /// The step counts, or is counted as left out where skip, a float32 scalar, is 1.
    void end_step(const at::Tensor& skip);

    /// Sums of loss x rows and of rows, and the number of steps left out.
    struct Values {
        double loss_sum = 0, rows = 0, skipped = 0;
    };
    Values values() const;                                ///< waits for the device
    const at::Tensor& tensor() const { return totals_; }  ///< the same, live: float64 (3)
    void reset();

  private:
    at::Tensor totals_, step_;
};

}  // namespace jetsmith
