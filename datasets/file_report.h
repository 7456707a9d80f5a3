// SPDX-License-Identifier: Apache-2.0
// What a file holds and how a run would read it, without a config.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace jetsmith {

struct DatasetReport {
    std::string name, type;
    std::vector<int64_t> shape, chunk;  ///< chunk is empty for a contiguous dataset
    std::vector<std::string> filters;   ///< "blosc (32001)"
    int64_t stored_bytes = 0;
    bool readable = true;  ///< every filter can be undone here
};

struct ColumnReport {
    std::string name, type;
    std::vector<int64_t> shape;  ///< of one row; empty for a single number
    std::string first;           ///< value in row 0 (of arrays: the first few)
};

struct FileReport {
    std::string file, layout;
    std::vector<std::string> frames;  ///< groups that hold a pandas frame
    int64_t file_bytes = 0;
    int64_t rows = 0;
    std::vector<DatasetReport> datasets;
    std::vector<ColumnReport> columns;
    std::string label;                        ///< column that looks like class labels, or ""
    std::map<int64_t, int64_t> label_counts;  ///< rows of each label
    std::string hint;                         ///< a `data:` section that reads it; may be ""
    /// Rows that this section cannot use, by reason; absent until judge_rows().
    std::optional<std::map<std::string, int64_t>> bad_rows;
};

/// Throws UserError when the file is no HDF5 file. Filters that are missing are reported, not
/// thrown.
FileReport inspect_file(const std::filesystem::path& path);

/// Reads every row, block by block, as the section of the hint does, and counts the bad ones; what an
/// input makes of them is not looked at. Throws UserError when the section does not read the file.
void judge_rows(FileReport& report);

std::string to_text(const FileReport& report);

/// Stable form with "format_version": 1.
nlohmann::json to_json(const FileReport& report);

}  // namespace jetsmith
