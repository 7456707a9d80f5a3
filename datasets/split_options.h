// SPDX-License-Identifier: Apache-2.0
// The keys `train`, `val` and `test` of the data section: which files, which of their rows, and the
// class of rows whose file does not say.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "core/config.h"
#include "datasets/reader.h"
#include "datasets/file_rows.h"

namespace jetsmith {

struct SplitOptions {
    /// One entry of a split: a path or glob, its rows, and its class (-1: from the file).
    struct Entry {
        std::filesystem::path file;
        RowRange rows;
        int64_t label = -1;
    };
    struct OfSplit {
        std::vector<Entry> entries;
        RowRange rows;         ///< of every file whose entry names none
        int64_t max_rows = 0;  ///< 0: all
    };

    std::array<OfSplit, 3> splits;

    SplitOptions(Config& config, const std::vector<std::string>& classes);

    const OfSplit& of(Split split) const { return splits[static_cast<size_t>(split)]; }

    /// The files of a split, globs expanded in order of name. Throws UserError for a glob that
    /// matches nothing.
    std::vector<FileRows> files(Split split) const;
};

/// "a:b", "a:" or ":b" -> rows [a, b). Throws through config.fail(key).
RowRange parse_rows(const Config& config, const std::string& key, const std::string& text);

/// Files that match the pattern (*, ?, [...]) in order of name; the path itself when it is no glob.
/// Throws UserError when none does; `place`: the key or option that names the pattern.
std::vector<std::filesystem::path> expand(const std::filesystem::path& pattern,
                                          const std::string& place);

}  // namespace jetsmith
