// SPDX-License-Identifier: Apache-2.0
// Images in a file, for those who want to look at them or to use them elsewhere. jetsmith itself
// shows those of medoids.
#pragma once

#include <filesystem>
#include <string>

#include "inputs/input.h"

namespace jetsmith::inputs {

/// Writes the images that `input` makes of all rows of the store, in their order: `images`
/// (N, C, H, W) float32, `source_row` int64, `source_file` int32 (which of `files`) and, where
/// there are any, `labels` int64; attributes format_version, class_names, files, source_hashes
/// (SHA-256 of each) and config (its text). Makes them in batches, so that memory does not grow
/// with N, and replaces `path` as a whole. Throws UserError when the input makes no images,
/// RunError when the file cannot be written.
void write_images(const EventStore& store, const Input& input, const std::string& config,
                  const std::filesystem::path& path);

}  // namespace jetsmith::inputs
