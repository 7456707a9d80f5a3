// SPDX-License-Identifier: Apache-2.0
#include "analysis/class_medoids.h"

#include <algorithm>
#include <utility>

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

ClassMedoids medoids_of(const DistanceMatrix& distances, RowClass one, const MedoidOptions& options,
                        int64_t most_whole)
{
    const auto rows = std::ssize(one.rows);
    ClassMedoids found{std::move(one), rows > most_whole, {}};
    if (found.sampled) {
        const auto row_distances = [&](int64_t row, std::span<const int64_t> others,
                                       std::span<float> out) {
            for (size_t i = 0; i < others.size(); ++i)
                out[i] = distances(found.of.rows[row], found.of.rows[others[i]]);
        };
        SampleOptions samples;
        samples.size = std::min(rows, std::max(samples.size, 2 * options.k));
        found.medoids = sampled_medoids(rows, row_distances, options, samples);
    } else if (rows == distances.rows()) {
        found.medoids = k_medoids(distances, options);
    } else {
        found.medoids = k_medoids(distances.select(found.of.rows), options);
    }
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
    MedoidResult result{options, std::move(classes), {}};
    for (const auto& one : result.classes.classes)
        result.by_class.push_back(medoids_of(distances.matrix, one, options, most_whole));
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
    if (k >= distances.matrix.rows())
        throw UserError(
            "--knn: {} neighbours are too many for {} rows ({} or fewer wanted). Give "
            "a smaller number.",
            k, distances.matrix.rows(), distances.matrix.rows() - 1);
    std::vector<uint8_t> signal(distances.matrix.rows());
    for (const int64_t row : classes.classes[1].rows) signal[row] = 1;
    return knn_scores(nearest_neighbours(distances.matrix, k), signal, vote);
}

}  // namespace jetsmith::analysis
