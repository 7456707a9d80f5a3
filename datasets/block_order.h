// SPDX-License-Identifier: Apache-2.0
// The order of an epoch over rows that come from files block by block: random over all files, yet
// so that each block is read about once. Entries are dealt into shuffle buffers; a buffer takes
// blocks from all over the files, and its rows stand in the order of their random keys.
#pragma once

#include <cstdint>

#include "datasets/row_feed.h"

namespace jetsmith {

/// How an epoch visits the rows.
struct OrderPolicy {
    bool blocks = false;      ///< false: one permutation of all rows
    int64_t buffer = 65'536;  ///< rows of a shuffle buffer, with blocks
};

/// The entries (int64, ascending positions, which may repeat; rows 0 ... rows - 1 when undefined) in
/// buffers of equal size, at most `buffer`. Blocks are the rows that lie together in their file
/// (EventStore::block_rows), at most a sixteenth of a buffer. All blocks, in the order of the
/// files, are cut into groups of as many as there are buffers; from each group a buffer gets one
/// block, drawn at random: classes that lie in separate files or in long runs have their share in
/// every buffer. A function of rows, seed, epoch and buffer alone. One buffer: epoch_order().
RowOrder block_order(const EventStore& index, uint64_t seed, uint32_t epoch, int64_t buffer,
                     const at::Tensor& entries = {});

}  // namespace jetsmith
