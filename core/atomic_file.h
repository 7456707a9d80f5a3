// SPDX-License-Identifier: Apache-2.0
// Files appear whole or not at all: written beside their place, synced, then renamed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace jetsmith {

/// Replaces `path` by `content`. Throws RunError with path, reason and bytes needed when the
/// disk is full or the folder cannot be written; the old file is then untouched.
void write_atomically(const std::filesystem::path& path, std::string_view content);

/// The same for writers that need a file name (HDF5, gnuplot): `write` gets a temporary name in
/// the same folder, which is synced and renamed when it returns and removed when it throws.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& temporary)>& write);

/// Renames a complete temporary folder or file into place and syncs the parent folder.
void publish(const std::filesystem::path& temporary, const std::filesystem::path& path);

/// The whole file as text. Throws UserError when it cannot be read.
std::string read_text(const std::filesystem::path& path);

}  // namespace jetsmith
