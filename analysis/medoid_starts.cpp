// SPDX-License-Identifier: Apache-2.0
#include "analysis/medoid_starts.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <utility>

#include "analysis/least_sums.h"

namespace jetsmith::analysis {
namespace {

/// Farther than all that occurs, but no infinity: sums of it stay finite.
constexpr float kFar = std::numeric_limits<float>::max();

/// Lowers the distances to the nearest medoid by those to a new one.
void take_in(const DistanceMatrix& distances, int64_t medoid, std::vector<float>& nearest_N)
{
    std::vector<float> to_medoid_N(nearest_N.size());
    distances.row(medoid, to_medoid_N);
    for (size_t row = 0; row < nearest_N.size(); ++row)
        nearest_N[row] = std::min(nearest_N[row], to_medoid_N[row]);
}

/// Of `subset` the row that brings the sum over the subset of the distances to the nearest medoid
/// down to the least.
int64_t best_addition(const DistanceMatrix& distances, std::span<const int64_t> subset,
                      std::span<const float> nearest_N)
{
    int64_t best = -1;
    double least = std::numeric_limits<double>::infinity();
    for (const int64_t candidate : subset) {
        double sum = 0;
        for (const int64_t row : subset) sum += std::min(nearest_N[row], distances(candidate, row));
        if (sum < least || (sum == least && candidate < best)) least = sum, best = candidate;
    }
    return best;
}

/// The same among all rows that are no medoids, judged on all.
int64_t best_addition(const DistanceMatrix& distances, const std::vector<int64_t>& medoids,
                      const std::vector<float>& nearest_N)
{
    constexpr int64_t kBlock = 16;
    const int64_t rows = distances.rows();
    std::vector<float> block(kBlock * rows);
    int64_t best = -1;
    double least = std::numeric_limits<double>::infinity();
    for (int64_t row = 0; row < rows; ++row) {
        if (row % kBlock == 0) distances.block(row, std::min(kBlock, rows - row), block);
        if (std::ranges::find(medoids, row) != medoids.end()) continue;
        const float* tried = block.data() + row % kBlock * rows;
        const double sum = least_sums(tried, nearest_N.data(), nearest_N.data(), rows).near;
        if (sum < least) least = sum, best = row;
    }
    return best;
}

}  // namespace

std::vector<int64_t> built_medoids(const DistanceMatrix& distances, int64_t k)
{
    std::vector<float> nearest_N(distances.rows(), kFar);
    std::vector<int64_t> medoids;
    while (std::ssize(medoids) < k) {
        medoids.push_back(best_addition(distances, medoids, nearest_N));
        take_in(distances, medoids.back(), nearest_N);
    }
    return medoids;
}

std::vector<int64_t> lab_medoids(const DistanceMatrix& distances, int64_t k, RandomKey key)
{
    const auto size = 10 + static_cast<int64_t>(std::ceil(std::sqrt(distances.rows())));
    std::vector<float> nearest_N(distances.rows(), kFar);
    std::vector<int64_t> others(distances.rows()), medoids;
    std::iota(others.begin(), others.end(), 0);
    for (key.row = 0; std::ssize(medoids) < k; ++key.row) {
        choose_rows(others, size, key);
        const auto subset = std::span(others).first(std::min(size, std::ssize(others)));
        medoids.push_back(best_addition(distances, subset, nearest_N));
        std::erase(others, medoids.back());
        take_in(distances, medoids.back(), nearest_N);
    }
    return medoids;
}

void choose_rows(std::vector<int64_t>& rows, int64_t count, const RandomKey& key)
{
    const int64_t size = std::ssize(rows);
    for (int64_t i = 0; i < std::min(count, size); ++i) {
        const double random = random_uniform(key, static_cast<uint32_t>(i));
        std::swap(rows[i], rows[i + static_cast<int64_t>(random * static_cast<double>(size - i))]);
    }
}

}  // namespace jetsmith::analysis
