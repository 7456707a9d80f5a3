// SPDX-License-Identifier: Apache-2.0
// Medoids of each class of events, as `jetsmith medoids` prints and writes them.
//
// medoids.h5 (format_version 1): attributes content = "medoids", distances (name of the file),
// settings (its text), labels and class_names where there are any. K medoids of all classes, those
// of one class side by side; N rows of the matrix.
//   medoid_row, medoid_source_row, medoid_label, cluster_size (K,) int64
//   mean_distance  (K,) float64, within the cluster
//   distances      (N, K) float32, of every row to every medoid: features
//   cluster        (N,) int64, the nearest medoid of the row's own class, 0 <= cluster < K
//   source_row     (N,) int64
//   medoid_...     the K medoids as they were compared, where the distances brought them along
//                  (inputs/stored_emd_events.h)
//   labels         (N,) int64, where there are any
//   knn_score      (N,) float64, where it was asked for
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/medoids.h"
#include "analysis/neighbours.h"
#include "analysis/read_distances.h"
#include "analysis/row_classes.h"
#include "analysis/text_tables.h"

namespace jetsmith::analysis {

struct ClassMedoids {
    RowClass of;
    bool sampled = false;
    Medoids medoids;  ///< its rows number those of the class

    /// Row of the matrix.
    int64_t row(int64_t medoid) const { return of.rows[medoids.rows_K[medoid]]; }
    double mean_distance() const;
};

struct MedoidResult {
    MedoidOptions options;
    RowClasses classes;
    std::vector<ClassMedoids> by_class;

    /// Rows of the matrix, class by class.
    std::vector<int64_t> medoid_rows() const;
};

/// Classes of more than `most_whole` rows, and those for whose matrix there is no room, are
/// clustered through samples (CLARA). Throws UserError when a class has fewer rows than medoids are
/// wanted, and when the memory does not even suffice for samples.
MedoidResult find_medoids(const DistanceFile& distances, RowClasses classes,
                          const MedoidOptions& options, int64_t most_whole = 20'000);

/// Leave-one-out share of the second of two classes among the k nearest rows. Throws UserError when
/// there are not two classes, or not so many rows, or no room for the neighbours.
std::vector<double> leave_one_out_scores(const DistanceFile& distances, const RowClasses& classes,
                                         int64_t k, Vote vote = Vote::equal);

nlohmann::ordered_json medoids_json(const MedoidResult& result, const DistanceFile& distances);
TextTable medoid_table(const MedoidResult& result, const DistanceFile& distances);

/// Replaces `path` atomically. `knn_scores_N` may be empty.
void write_medoids(const std::filesystem::path& path, const MedoidResult& result,
                   const DistanceFile& distances, const std::vector<double>& knn_scores_N);

}  // namespace jetsmith::analysis
