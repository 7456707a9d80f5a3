// SPDX-License-Identifier: Apache-2.0
// Rows that stay in their files until they are wanted.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "datasets/file_rows.h"
#include "datasets/reader.h"
#include "datasets/row_buffers.h"
#include "datasets/row_judge.h"
#include "datasets/store_buffers.h"

namespace jetsmith {

/// What happens to rows that cannot be used: data.on_bad_row.
enum class BadRows { stop, drop };

class StoredRows {
  public:
    /// What a data type makes of rows as they were read. `faults`: of rows that are met for the
    /// first time, to be judged, and a selection that looks at what is made of the columns is still
    /// to be applied; null: rows that have passed both.
    using Finish = std::function<EventStore(EventStore block, RowFaults* faults)>;

    /// plans: of each of the files. Throws UserError for a range that a file does not have.
    StoredRows(std::vector<FilePlan> plans, std::vector<FileRows> files, Finish finish,
               BadRows bad_rows);

    /// Reads every row once and keeps labels, weights, source rows and files of those that pass the
    /// selection and are good. `visit` (may be empty) sees these rows block by block. From then on
    /// read() takes rows by their numbers. Throws UserError with the first bad row unless bad rows
    /// are dropped.
    EventStore index(int threads, const BlockVisitor& visit);

    /// The same with all columns. Memory beyond the store is bounded by a few blocks per thread.
    EventStore all(int threads);

    /// Appends rows to `out`: of each file those listed, ascending numbers that the index has. Ends
    /// early when `stop` becomes true. One call at a time goes on.
    void read(const std::vector<std::vector<int64_t>>& rows_of_file, int threads,
              const std::atomic<bool>& stop, StoreBuffers& out);

    /// All columns of rows of an index.
    EventStore read(const EventStore& index, int threads);

    /// Memory that a row takes in a store, on average. After index().
    double bytes_per_row() const { return bytes_per_row_; }

    /// Memory of blocks on their way.
    int64_t scratch_bytes(int threads) const;

    const std::vector<FileRows>& files() const { return files_; }
    /// Rows in the ranges that were asked for, before any selection.
    int64_t candidates() const;
    /// Bad rows that were left out. After index() or all().
    int64_t left_out() const;

  private:
    /// Rows [begin, end) of a file; `chosen` (may be null): those of them that are wanted.
    struct Block {
        size_t file = 0;
        int64_t begin = 0, end = 0;
        const std::vector<int64_t>* chosen = nullptr;
    };
    /// What became of a block: its good rows, and what is wrong with the others.
    struct Made {
        EventStore rows;
        RowFaults faults;
    };

    void add_blocks(size_t file, const std::vector<int64_t>& rows, std::vector<Block>& all) const;
    std::vector<Block> all_blocks() const;
    EventStore first_pass(int threads, const std::function<EventStore(const EventStore&)>& keep);
    void run(const std::vector<Block>& blocks, int threads, bool first,
             const std::atomic<bool>& stop, const BlockVisitor& take);
    void settle(size_t file, const RowFaults& faults);
    EventStore store_of(size_t file, RowBuffers& rows) const;

    std::vector<FileRows> files_;
    std::vector<FilePlan> plans_;
    std::vector<std::string> names_;
    std::vector<int64_t> block_rows_;
    std::vector<std::map<std::string, int64_t>> left_out_;  ///< of each file, by reason
    Finish finish_;
    BadRows bad_rows_;
    bool labelled_ = true;
    double bytes_per_row_ = 0;
    std::mutex one_call_;
};

}  // namespace jetsmith
