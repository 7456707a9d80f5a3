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

/// A permutation of the row positions 0 ... rows - 1: int64 (rows) on the CPU.
at::Tensor epoch_order(const EventStore& store, uint64_t seed, uint32_t epoch);

/// The same number of entries with the classes in given shares (one per class, 0 or more, not all
/// 0): an abundant class shows another part of itself in every epoch, a rare one repeats rows, all
/// of them equally often up to one. Needs labels; rows with label -1 are left out.
at::Tensor epoch_order_with_shares(const EventStore& store, uint64_t seed, uint32_t epoch,
                                   const std::vector<double>& class_shares);

/// As many rows as the store has, drawn with replacement with probabilities in proportion to
/// |weight| x factor of the class (factors: one per class, or none): a loss over them needs no weights
/// but their signs. Throws UserError when no row has a weight.
at::Tensor weighted_order(const EventStore& store, uint64_t seed, uint32_t epoch,
                          const std::vector<double>& class_factors);

}  // namespace jetsmith
