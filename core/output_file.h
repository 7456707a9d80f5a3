// SPDX-License-Identifier: Apache-2.0
// The place of a file that a command will write, looked at before hours of work go into it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace jetsmith {

struct OutputFile {
    std::string option;               ///< that names it: "--out"
    std::filesystem::path path;       ///< empty: none is wanted
    std::string content;              ///< in words: "medoids"
    std::vector<std::string> inputs;  ///< files that the command reads; empty ones are left out
    /// Whether a file that is there holds such content of ours, and may be replaced.
    std::function<bool(const std::filesystem::path&)> is_such;
};

/// Throws UserError when the file cannot be written there, or when that would destroy an input or a
/// file of another kind.
void check_output(const OutputFile& file);

}  // namespace jetsmith
