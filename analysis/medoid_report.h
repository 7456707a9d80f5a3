// SPDX-License-Identifier: Apache-2.0
// One self-contained HTML page about the medoids of a matrix of distances.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/class_medoids.h"

namespace jetsmith::analysis {

/// Medoids as a table and, where `images` is not empty, as pictures; the figures of
/// distance_figures.h. `images`: what jetsmith pixelate wrote of the file that the distances were
/// made of; its first channel is shown. Replaces `path` atomically. Throws UserError when a medoid
/// has no image, and when gnuplot is missing.
void write_medoid_report(const std::filesystem::path& path, const MedoidResult& result,
                         const DistanceFile& distances, const std::filesystem::path& images);

}  // namespace jetsmith::analysis
