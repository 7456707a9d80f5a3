// SPDX-License-Identifier: Apache-2.0
// An HDF5 file opened for reading: what it contains, its attributes and its small text datasets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/hdf5/hdf5_handle.h"

namespace jetsmith::hdf5 {

class File {
  public:
    /// The first time in a process, and where no verdict is remembered, a child process goes through
    /// the file before (file_vetting.h). Throws UserError when the file is absent, unreadable,
    /// truncated, damaged or not HDF5; files of other well-known kinds (gzip, ROOT, NumPy, Parquet)
    /// are named.
    static std::shared_ptr<const File> open(const std::filesystem::path& path);

    /// The same without the child: for the child itself.
    static std::shared_ptr<const File> open_unvetted(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    hid_t id() const { return file_.id(); }

    /// Path as messages show it.
    std::string name() const { return path_.string(); }

    /// Absolute names of all datasets, in order of name; PyTables' search indexes are left out.
    const std::vector<std::string>& datasets() const { return datasets_; }

    /// Absolute names of all groups, "/" first.
    const std::vector<std::string>& groups() const { return groups_; }

    bool has_dataset(std::string_view path) const;

    /// Throws UserError with the nearest name when there is none.
    Handle dataset(const std::string& path) const;

    /// A text attribute of a group or dataset; nothing when it is absent, empty or no text.
    std::optional<std::string> text(const std::string& object, const char* attribute) const;

    /// A scalar integer attribute.
    std::optional<int64_t> integer(const std::string& object, const char* attribute) const;

    /// A 1-D dataset of labels: texts as they are, integers in decimal.
    std::vector<std::string> labels(const std::string& path) const;

  private:
    File(std::filesystem::path path, Handle file);

    std::filesystem::path path_;
    Handle file_;
    std::vector<std::string> datasets_, groups_;
};

/// Current dimensions of a dataset; empty for a scalar.
std::vector<int64_t> shape(hid_t dataset);

}  // namespace jetsmith::hdf5
