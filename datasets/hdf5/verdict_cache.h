// SPDX-License-Identifier: Apache-2.0
// Verdicts about files, kept between runs: one small JSON file each, below $JETSMITH_CACHE_DIR,
// else $XDG_CACHE_HOME/jetsmith, else ~/.cache/jetsmith. Nothing depends on it: where it cannot be
// written or read, or an entry is damaged, there is no verdict.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace jetsmith::hdf5 {

/// A file as it was when it was looked at.
struct FileState {
    std::string path;  ///< absolute, without symbolic links
    int64_t bytes = 0;
    int64_t modified_ns = 0;  ///< since 1970
    int64_t changed_ns = 0;   ///< the same of its inode
    uint64_t inode = 0;

    bool operator==(const FileState&) const = default;
};

/// Nothing when there is no regular file.
std::optional<FileState> state_of(const std::filesystem::path& file);

/// What was found: empty when the file is whole, else what is wrong with it.
using Problem = std::string;

class VerdictCache {
  public:
    /// `by`: who gives the verdicts; those of others do not count. An empty folder: no cache.
    VerdictCache(std::filesystem::path folder, std::string by);

    /// The verdict about a file of this path, size and time of modification.
    std::optional<Problem> find(const FileState& file) const;

    /// Replaces what was known about this path. Files that were modified less than two seconds ago
    /// are left out, since they may be modified again without a change of size and time. Once a day
    /// verdicts about files that are no longer there are removed as well.
    void store(const FileState& file, const Problem& problem) const;

    /// Where the environment wants it; empty when it names no place.
    static std::filesystem::path default_folder();

  private:
    std::filesystem::path entry(const FileState& file) const;
    void forget_vanished_files() const;

    std::filesystem::path folder_;
    std::string by_;
};

}  // namespace jetsmith::hdf5
