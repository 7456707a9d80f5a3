// SPDX-License-Identifier: Apache-2.0
// The optimal plan between two of the jets that `jetsmith emd` compares, as a picture.
#pragma once

#include <cstdint>
#include <filesystem>

#include "analysis/emd_task.h"

namespace jetsmith::analysis {

/// An SVG file (plan_picture.h): row of the first file and row of the second, or of the first again
/// where there is one file, by their numbers in the files. Replaces `path` atomically. Throws
/// UserError for events, for rows that were not read, and where the pair has no plan.
void write_plan_picture(const std::filesystem::path& path, const EmdTask& task, int64_t first_row,
                        int64_t second_row);

}  // namespace jetsmith::analysis
