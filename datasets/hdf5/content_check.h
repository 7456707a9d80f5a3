// SPDX-License-Identifier: Apache-2.0
// What every HDF5 file of ours says of itself: attributes `content` and `format_version`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/hdf5_file.h"

namespace jetsmith::hdf5 {

/// What a file must be to be read, and the words for one that is not.
struct WantedContent {
    std::string content;
    int64_t newest;          ///< format_version that can be read
    std::string missing;     ///< completes "FILE: holds no ...": "images of a run"
    std::string suggestion;  ///< a sentence
};

/// Throws UserError for a file of something else or of a newer jetsmith.
void check_content(const File& file, const WantedContent& wanted);

/// Whether that is an HDF5 file with such content, of any format_version.
bool holds(const std::filesystem::path& path, const std::string& content);

/// The attributes of a file that is being written.
void write_content(ArrayWriter& writer, const std::string& content, int64_t version);

}  // namespace jetsmith::hdf5
