// SPDX-License-Identifier: Apache-2.0
// Watches what goes into a step and what comes out of it for NaN and infinity. The answer is a flag
// on the device that makes the optimizer leave the parameters alone. The CPU knows it at once; of a
// GPU, which may be inside a captured graph, the host hears it some steps later without waiting.
#pragma once

#include <ATen/core/Tensor.h>

#include <deque>
#include <optional>
#include <vector>

#include "datasets/row_feed.h"
#include "inputs/input.h"
#include "models/model.h"

namespace jetsmith {

/// What a step was made of, so that it can be made again.
struct TakenStep {
    std::vector<RowPiece> batches;
    Augment augment;
    int64_t step = 0;
};

class StepGuard {
  public:
    /// stop_at_first: on a GPU all steps after a bad one are left out, too, so that the parameters
    /// stay what they were before it.
    StepGuard(Model& model, const at::Device& device, bool stop_at_first);

    /// The device's part of a step, which a CUDA graph may hold: begin, looks, end.
    void begin();
    void look(at::ArrayRef<at::Tensor> tensors);
    void look_into(const Batch& batch);
    /// True when something bad was seen and the host knows; a GPU does not tell.
    bool sees_bad() const;
    /// float32 scalar on the device: 1 from the first bad value of the step on.
    const at::Tensor& flag() const { return flag_; }
    /// Gives the model's buffers, such as running means, back what they held before a bad step.
    void end();

    /// The host's part, once the step was launched.
    void taken(TakenStep step);

    /// The next bad step that the host knows of; `wait`: also of those that still run.
    std::optional<TakenStep> next_bad(bool wait);

  private:
    struct InFlight {
        TakenStep step;
        int64_t slot;
    };

    double count_at(int64_t slot) const;
    void wait_for(int64_t slot) const;
    /// Hears of the steps whose counts have arrived.
    void collect();

    Model& model_;
    bool stop_at_first_;
    at::Tensor flag_;
    std::vector<at::Tensor> buffers_, kept_;
    std::deque<TakenStep> bad_;       ///< that the host knows of and nobody asked for yet
    at::Tensor bad_count_;            ///< float64 scalar on the GPU: bad steps so far
    at::Tensor slots_;                ///< float64, pinned: where copies of it arrive
    std::deque<InFlight> in_flight_;  ///< steps on the GPU, oldest first
    int64_t next_slot_ = 0;
    double known_ = 0;  ///< the last count that arrived
};

}  // namespace jetsmith
