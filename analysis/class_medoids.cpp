// SPDX-License-Identifier: Apache-2.0
#include "analysis/class_medoids.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/distance_matrix.h"
#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

void check_size(const MedoidOptions& options, const RowClasses& classes, const RowClass& one)
{
    const auto rows = std::ssize(one.rows);
    if (options.k <= rows) return;
    const std::string owner =
        classes.labelled() ? "'" + one.name + "' of " + classes.source : "the matrix";
    throw UserError(
        "--k: {} medoids cannot be chosen, since {} has {} rows ({} or fewer wanted). "
        "Give a smaller --k.",
        options.k, owner, rows, rows);
}

int64_t feature_bytes(const DistanceFile& distances, int64_t medoids)
{
    return static_cast<int64_t>(sizeof(float)) * distances.rows() * medoids;
}

/// Medoids of samples: of twice as many rows as medoids are wanted, at least.
Medoids sampled(const DistanceFile& distances, const RowClass& one, const MedoidOptions& options)
{
    SampleOptions samples;
    samples.size = std::min(std::ssize(one.rows), std::max(samples.size, 2 * options.k));
    distances.check_room(DistanceMatrix::bytes(samples.size) + feature_bytes(distances, options.k),
                         fmt::format("a sample of {} rows and the distances to {} medoids",
                                     samples.size, options.k));
    return sampled_medoids(*distances.all, one.rows, options, samples);
}

ClassMedoids medoids_of(const DistanceFile& distances, RowClass one, const MedoidOptions& options,
                        int64_t most_whole)
{
    const auto rows = std::ssize(one.rows);
    const auto* matrix = distances.all->matrix();
    const bool is_all = matrix && rows == matrix->rows();
    ClassMedoids found{
        std::move(one), rows > most_whole || !(is_all || distances.has_room_for(rows)), {}};
    if (found.sampled)
        found.medoids = sampled(distances, found.of, options);
    else if (is_all)
        found.medoids = k_medoids(*matrix, options);
    else
        found.medoids = k_medoids(distances.all->select(found.of.rows), options);
    return found;
}

}  // namespace

double ClassMedoids::mean_distance() const
{
    return medoids.cost / static_cast<double>(of.rows.size());
}

std::vector<int64_t> MedoidResult::medoid_rows() const
{
    std::vector<int64_t> rows;
    for (const auto& found : by_class)
        for (int64_t m = 0; m < std::ssize(found.medoids.rows_K); ++m) rows.push_back(found.row(m));
    return rows;
}

MedoidResult find_medoids(const DistanceFile& distances, RowClasses classes,
                          const MedoidOptions& options, int64_t most_whole)
{
    for (const auto& one : classes.classes) check_size(options, classes, one);
    const auto medoids = options.k * std::ssize(classes.classes);
    distances.check_room(feature_bytes(distances, medoids),
                         fmt::format("the distances to {} medoids", medoids));
    MedoidResult result{options, std::move(classes), {}};
    for (const auto& one : result.classes.classes)
        result.by_class.push_back(medoids_of(distances, one, options, most_whole));
    return result;
}

std::vector<double> leave_one_out_scores(const DistanceFile& distances, const RowClasses& classes,
                                         int64_t k, Vote vote)
{
    if (classes.classes.size() != 2)
        throw UserError(
            "--knn: {} has {} (two wanted: the score is the share of the second). Name "
            "labels of two classes with --labels.",
            classes.labelled() ? classes.source : "a matrix without labels",
            classes.classes.size() == 1 ? "one class"
                                        : std::to_string(classes.classes.size()) + " classes");
    if (k >= distances.rows())
        throw UserError(
            "--knn: {} neighbours are too many for {} rows ({} or fewer wanted). Give "
            "a smaller number.",
            k, distances.rows(), distances.rows() - 1);
    std::vector<uint8_t> signal(distances.rows());
    for (const int64_t row : classes.classes[1].rows) signal[row] = 1;
    const auto* matrix = distances.all->matrix();
    constexpr int64_t kBytes = 28;  // of a neighbour: neighbours.h
    distances.check_room(kBytes * distances.rows() * k,
                         fmt::format("{} neighbours of {} rows", k, distances.rows()));
    const auto neighbours =
        matrix ? nearest_neighbours(*matrix, k) : streamed_neighbours(*distances.all, k);
    return knn_scores(neighbours, signal, vote);
}

}  // namespace jetsmith::analysis
