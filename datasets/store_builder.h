// SPDX-License-Identifier: Apache-2.0
// Files -> EventStore, many chunks at a time, in an order that does not depend on the threads.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "datasets/event_store.h"
#include "datasets/file_plan.h"
#include "datasets/row_buffers.h"

namespace jetsmith {

/// Rows [begin, end) of a file; end -1: to its end. Negative numbers count from the end otherwise.
struct RowRange {
    int64_t begin = 0;
    int64_t end = -1;
};

/// One file of a split.
struct FileRows {
    std::filesystem::path file;
    RowRange range;
    int64_t label = -1;                          ///< of every row; -1: from the file
    std::optional<std::vector<int64_t>> chosen;  ///< ascending; only these rows
};

/// Rows of one file that passed range and selection.
struct PassingRows {
    std::vector<int64_t> rows;    ///< ascending
    std::vector<int64_t> labels;  ///< of each; empty unless asked for
};

class StoreBuilder {
  public:
    StoreBuilder(WantedColumns wanted, RowRules rules, bool lenient)
        : wanted_(std::move(wanted)), rules_(std::move(rules)), lenient_(lenient)
    {
    }

    /// Reads all files into one store. Memory beyond the store is bounded by a few chunks per
    /// thread. Throws UserError; class_names is left empty.
    EventStore read(const std::vector<FileRows>& files) const;

    /// Rows that pass range and selection, per file; nothing else is kept but, on request, labels.
    std::vector<PassingRows> passing_rows(const std::vector<FileRows>& files,
                                          bool with_labels = false) const;

    /// Opens all files; the types of the first count for all. Throws as read() does.
    std::vector<FilePlan> open(const std::vector<FileRows>& files) const;

    /// Opens the file and finds every column, without reading rows.
    FilePlan plan(const std::filesystem::path& file) const
    {
        return FilePlan(file, wanted_, rules_, lenient_);
    }

  private:
    WantedColumns wanted_;
    RowRules rules_;
    bool lenient_;
};

/// The range with its ends resolved and checked against the rows of the file.
RowRange resolve(const RowRange& range, int64_t rows, const std::string& file);

}  // namespace jetsmith
