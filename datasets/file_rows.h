// SPDX-License-Identifier: Apache-2.0
// Which rows of which files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/file_plan.h"

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

/// Rows of one file among which some are drawn.
struct PassingRows {
    std::vector<int64_t> rows;    ///< ascending
    std::vector<int64_t> labels;  ///< of each; empty where nobody asks for them
};

/// The range with its ends resolved and checked against the rows of the file.
RowRange resolve(const RowRange& range, int64_t rows, const std::string& file);

/// Opens all files; the types of the first count for all. Throws UserError where one cannot be read
/// or differs from the first in its columns.
std::vector<FilePlan> open_plans(const std::vector<FileRows>& files, const WantedColumns& wanted,
                                 const RowRules& rules, bool lenient);

}  // namespace jetsmith
