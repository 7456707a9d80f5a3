// SPDX-License-Identifier: Apache-2.0
// Distances between rows of data files, in an HDF5 file: what `jetsmith emd` writes.
//
// Layout (format_version 1):
//   emd                 float64, not compressed, NaN where a pair has no distance:
//                       condensed (N (N - 1) / 2,) in the order (0,1), (0,2), ... (1,2), ...;
//                       rectangular (N, M); or pairs (K,)
//   source_row          (N,) int64, row of its input file
//   source_row_columns  (M,) int64; the same as source_row for a condensed matrix
//   event_...           condensed alone: the N prepared events (inputs/stored_emd_events.h)
//   pairs               (K, 2) int64, layout pairs alone: the pairs as row numbers of the files
//   labels              (N,) int64, of isotropies of labelled rows alone: the class of each, by
//                       place in the attribute class_names
// Attributes of the file: format_version, content = "distances", layout, rows (N), columns (M),
// failed (pairs without a distance), max_gap (largest certified gap of the others: between jets a
// share of the larger total weight of the pair, else as the distances), settings (JSON text).
// Units: distance_settings.h.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/emd/emd.h"

namespace jetsmith::analysis {

enum class DistanceLayout { condensed, rectangular, pairs };

/// "condensed", "rectangular", "pairs".
const std::string& layout_name(DistanceLayout layout);

/// Where the distance of rows i < j of N lies in a condensed matrix.
inline int64_t condensed_place(int64_t i, int64_t j, int64_t rows)
{
    return i * rows - i * (i + 1) / 2 + j - i - 1;
}

/// All but the distances.
struct DistanceHeader {
    DistanceLayout layout = DistanceLayout::condensed;
    std::vector<int64_t> source_row_N, source_row_M;
    std::vector<int64_t> pairs_K2;  ///< row numbers of the files; layout pairs alone
    std::string settings;           ///< JSON text
    double max_gap = 0;
    int64_t failed = 0;
    std::optional<kernels::EmdEvents> events = {};  ///< of a condensed matrix, on the CPU
    std::vector<int64_t> labels_N = {};             ///< empty: not written; not read again
    std::vector<std::string> class_names = {};      ///< of the labels

    int64_t rows() const { return std::ssize(source_row_N); }
    int64_t columns() const { return std::ssize(source_row_M); }
    int64_t count() const;  ///< of distances
};

/// Hands over distances [first, first + values.size()) in the order of the file.
using DistanceSource = std::function<void(int64_t first, std::span<double> values)>;

/// Writes a new file, the distances in pieces of some megabytes; the same content gives the same
/// bytes. Throws RunError when the disk is full.
void write_distances(const std::filesystem::path& path, const DistanceHeader& header,
                     const DistanceSource& source);

/// All but the events. Throws UserError when the file holds no distances, or is of a newer
/// format_version.
DistanceHeader read_distance_header(const std::filesystem::path& path);

}  // namespace jetsmith::analysis
