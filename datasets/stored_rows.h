// SPDX-License-Identifier: Apache-2.0
// Rows that stay in their files until they are wanted.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <vector>

#include "datasets/reader.h"
#include "datasets/row_buffers.h"
#include "datasets/store_buffers.h"
#include "datasets/store_builder.h"

namespace jetsmith {

class StoredRows {
  public:
    /// What a data type makes of rows as they were read. select: the selection, where it looks at
    /// what is made of the columns, is still to be applied.
    using Finish = std::function<EventStore(EventStore block, bool select)>;

    /// Opens all files. Throws UserError as StoreBuilder::read() does.
    StoredRows(const StoreBuilder& builder, std::vector<FileRows> files, Finish finish);

    /// Reads every row once and keeps labels, weights, source rows and files of those that pass the
    /// selection. `visit` (may be empty) sees the rows block by block. From then on read() takes
    /// rows by their numbers.
    EventStore index(int threads, const BlockVisitor& visit);

    /// Appends rows to `out`: of each file those listed, ascending numbers that the index has. Ends
    /// early when `stop` becomes true. One call at a time goes on.
    void read(const std::vector<std::vector<int64_t>>& rows_of_file, int threads,
              const std::atomic<bool>& stop, StoreBuffers& out);

    /// Memory that a row takes in a store, on average. After index().
    double bytes_per_row() const { return bytes_per_row_; }

    /// Memory of blocks on their way.
    int64_t scratch_bytes(int threads) const;

    const std::vector<FileRows>& files() const { return files_; }
    /// Rows in the ranges that were asked for, before any selection.
    int64_t candidates() const;

  private:
    /// Rows [begin, end) of a file; `chosen` (may be null): those of them that are wanted.
    struct Block {
        size_t file = 0;
        int64_t begin = 0, end = 0;
        const std::vector<int64_t>* chosen = nullptr;
    };

    void add_blocks(size_t file, const std::vector<int64_t>& rows, std::vector<Block>& all) const;
    void run(const std::vector<Block>& blocks, int threads, bool select,
             const std::atomic<bool>& stop, const BlockVisitor& take);
    EventStore store_of(size_t file, RowBuffers& rows) const;

    std::vector<FileRows> files_;
    std::vector<FilePlan> plans_;
    std::vector<std::string> names_;
    std::vector<int64_t> block_rows_;
    Finish finish_;
    bool labelled_ = true;
    double bytes_per_row_ = 0;
    std::mutex one_call_;
};

}  // namespace jetsmith
