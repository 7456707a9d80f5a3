// SPDX-License-Identifier: Apache-2.0
// A store that grows block by block, in memory that is kept for the next one.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/event_store.h"
#include "datasets/growing_buffer.h"

namespace jetsmith {

class StoreBuffers {
  public:
    /// Forgets the rows and keeps the memory.
    void clear();

    /// Appends the rows of a store on the CPU. All blocks have the same columns.
    void append(const EventStore& block);

    int64_t rows() const { return rows_; }

    /// The rows so far as a store. Its tensors lie in the buffers and keep them alive: clear() and
    /// append() are for buffers that nobody else holds.
    static EventStore store(const std::shared_ptr<StoreBuffers>& buffers);

  private:
    struct Column {
        GrowingBuffer values;
        at::ScalarType dtype = at::kFloat;
        std::vector<int64_t> sizes;  ///< with the rows (or objects) of one block
    };

    std::map<std::string, Column> columns_;
    EventStore like_;  ///< names and columns, of no rows
    int64_t rows_ = 0;
};

}  // namespace jetsmith
