// SPDX-License-Identifier: Apache-2.0
// Where `jetsmith evaluate` puts its results, and what it finds there.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jetsmith {

/// `wanted`, or with _2, _3 ... behind it the first that does not hold predictions of other data.
/// hashes: SHA-256 of the files that are scored, in their order. Creates nothing.
std::filesystem::path free_evaluation_folder(const std::filesystem::path& wanted,
                                             const std::vector<std::string>& hashes);

/// Removes what an earlier pass made of its predictions: figures do not lie beside the scores of
/// another one.
void remove_figures(const std::filesystem::path& folder);

}  // namespace jetsmith
