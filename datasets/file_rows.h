// SPDX-License-Identifier: Apache-2.0
// Which rows of which files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/file_plan.h"
#include "datasets/row_range.h"

namespace jetsmith {

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

/// Opens all files; the types of the first count for all. Throws UserError where one cannot be read
/// or differs from the first in its columns.
std::vector<FilePlan> open_plans(const std::vector<FileRows>& files, const WantedColumns& wanted,
                                 const RowRules& rules, bool lenient);

}  // namespace jetsmith
