// SPDX-License-Identifier: Apache-2.0
// In which order an epoch visits the rows of a store. The key of a row is (seed, epoch, file,
// source row), so that threads, batch size and a resumed run cannot change the order, and classes
// that come from separate files or in long runs are mixed in every batch.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "datasets/event_store.h"

namespace jetsmith {

/// File and row in one number: 2^40 rows in each of 2^24 files.
inline uint64_t row_key(int64_t file, int64_t row)
{
    return static_cast<uint64_t>(file) << 40 | static_cast<uint64_t>(row);
}

/// A permutation of the row positions 0 ... rows - 1: int64 (rows) on the CPU.
at::Tensor epoch_order(const EventStore& store, uint64_t seed, uint32_t epoch);

/// As many rows as the store has, drawn with replacement with probabilities in proportion to
/// |weight| x factor of the class (factors: one per class, or none): a loss over them needs no weights
/// but their signs. Rows without a class, also those with several yes/no labels, by |weight| alone.
/// Throws UserError when no row has a weight.
at::Tensor weighted_order(const EventStore& store, uint64_t seed, uint32_t epoch,
                          const std::vector<double>& class_factors);

}  // namespace jetsmith
