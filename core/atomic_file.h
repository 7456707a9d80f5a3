// SPDX-License-Identifier: Apache-2.0
// Files appear whole or not at all: written beside their place, synced, then renamed.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace jetsmith {

/// Replaces `path`, or the file that it links to, by `content`. Throws RunError with path, reason
/// and bytes needed when the disk is full or the folder cannot be written; the old file is then
/// untouched. Throws UserError for a folder, a device or a pipe.
void write_atomically(const std::filesystem::path& path, std::string_view content);

/// The same for writers that need a file name (HDF5, gnuplot): `write` gets a temporary name in
/// the same folder, which is synced and renamed when it returns and removed when it throws.
void write_atomically(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& temporary)>& write);

/// The same for a folder: `write` fills a new one beside its place. A folder that is there already
/// changes places with it in one step, and is then removed.
void write_folder_atomically(
    const std::filesystem::path& path,
    const std::function<void(const std::filesystem::path& temporary)>& write);

/// Removes a folder so that no part of it is ever seen under its name; does nothing without one.
/// What cannot be removed stays for remove_leftovers.
void remove_folder(const std::filesystem::path& path);

/// Removes what writers that were killed left below the folder, but not below folders called
/// `spared`; nobody may be writing there.
void remove_leftovers(const std::filesystem::path& folder, const std::string& spared = "");

/// Renames a file, but never onto another; false, with errno (EEXIST where there is one), when that
/// cannot be done. Of the same file system.
bool move_to_new(const std::filesystem::path& from, const std::filesystem::path& to);

/// Brings a change of names in a folder ("": the current one) to the disk; false, with errno, when
/// that cannot be done.
bool sync_folder(const std::filesystem::path& folder);

/// The whole file as text. Throws UserError when it cannot be read.
std::string read_text(const std::filesystem::path& path);

}  // namespace jetsmith
