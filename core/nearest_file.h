// SPDX-License-Identifier: Apache-2.0
// A way out for messages about a file that is not there.
#pragma once

#include <filesystem>
#include <string>

namespace jetsmith {

/// " Did you mean 'folder/train.h5'?" with the neighbour whose name is nearest to that of `path`;
/// where its folder is missing as well, a sentence that says so; else `otherwise`.
std::string nearest_file(const std::filesystem::path& path, const std::string& otherwise);

}  // namespace jetsmith
