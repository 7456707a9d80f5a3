// SPDX-License-Identifier: Apache-2.0
// When memory runs out: how many rows would fit, found by trying.
#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <string>

#include "trainers/out_of_memory.h"

namespace jetsmith {

/// The part of a run that may want too much memory.
struct MemoryUse {
    at::Device device;
    int64_t batch_size;  ///< rows that were too many
    int64_t accumulate;  ///< batches per step; 0: no steps are taken
    /// Does with `rows` rows what was done with a batch, and changes nothing that stays.
    std::function<void(int64_t rows)> attempt;
};

/// Throws a RunError that says how much memory there is, and the largest of batch_size / 2, / 4,
/// ... that fits, with the settings that make the same steps of it.
[[noreturn]] void throw_out_of_memory(const MemoryUse& use);

/// Does `work`; when memory runs out in it, throws what throw_out_of_memory() says of use().
template <typename Work, typename Use>
void watching_memory(const Work& work, const Use& use)
{
    try {
        work();
        return;
    } catch (const std::exception& error) {
        if (!is_out_of_memory(error)) throw;
    }
    // What the exception held is free now.
    throw_out_of_memory(use());
}

/// Batches per step and rows per batch for steps of `rows` rows, at most `fit` of them at a time:
/// the fewest batches up to twice as many as needed that make the same steps, else the fewest.
struct StepShape {
    int64_t batch_size, accumulate;
};
StepShape step_shape(int64_t rows, int64_t fit);

}  // namespace jetsmith
