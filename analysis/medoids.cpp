// SPDX-License-Identifier: Apache-2.0
#include "analysis/medoids.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "analysis/faster_pam.h"
#include "analysis/medoid_starts.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "core/random.h"

namespace jetsmith::analysis {
namespace {

std::vector<int64_t> all_rows(int64_t rows)
{
    std::vector<int64_t> all(rows);
    std::iota(all.begin(), all.end(), 0);
    return all;
}

/// The row with the least sum of distances to all.
int64_t median(const DistanceMatrix& distances)
{
    std::vector<double> sums(distances.rows());
    for (int64_t i = 0; i < distances.rows(); ++i) {
        const auto beyond = distances.beyond(i);
        for (int64_t j = 0; j < std::ssize(beyond); ++j) {
            sums[i] += beyond[j];
            sums[i + 1 + j] += beyond[j];
        }
    }
    return std::ranges::min_element(sums) - sums.begin();
}

/// Those of `rows` that `places` number.
std::vector<int64_t> chosen(std::span<const int64_t> rows, std::span<const int64_t> places)
{
    std::vector<int64_t> of_them;
    for (const int64_t place : places) of_them.push_back(rows[place]);
    return of_them;
}

struct Descent {
    std::vector<int64_t> medoids;
    double cost = std::numeric_limits<double>::infinity();
};

/// Start 0 is PAM itself; the others are FasterPAM from LAB.
FasterPam descent(const DistanceMatrix& distances, const MedoidOptions& options, int64_t start)
{
    if (start == 0) {
        FasterPam pam(distances, built_medoids(distances, options.k));
        pam.descend_steepest();
        return pam;
    }
    const RandomKey key{options.seed, Purpose::sample, static_cast<uint32_t>(start), 0};
    FasterPam pam(distances, lab_medoids(distances, options.k, key));
    pam.descend();
    return pam;
}

Descent best_descent(const DistanceMatrix& distances, const MedoidOptions& options)
{
    if (options.k == 1) return {{median(distances)}, 0};
    std::vector<Descent> descents(options.restarts);
    parallel_for(options.restarts, 1, [&](int64_t begin, int64_t end) {
        for (int64_t start = begin; start < end; ++start) {
            const FasterPam pam = descent(distances, options, start);
            descents[start] = {pam.medoids(), pam.cost()};
        }
    });
    return *std::ranges::min_element(descents, {}, &Descent::cost);
}

/// Renumbers the clusters: the largest first, equal ones by the row of their medoid.
void rank_clusters(Medoids& medoids)
{
    const auto sizes = medoids.sizes_K();
    auto order = all_rows(std::ssize(sizes));
    std::ranges::stable_sort(order, std::greater{}, [&](int64_t m) { return sizes[m]; });
    std::vector<int64_t> place(order.size()), rows;
    for (size_t i = 0; i < order.size(); ++i) {
        place[order[i]] = static_cast<int64_t>(i);
        rows.push_back(medoids.rows_K[order[i]]);
    }
    medoids.rows_K = std::move(rows);
    for (int64_t& cluster : medoids.cluster_N) cluster = place[cluster];
}

/// Every one of `rows` to the nearest medoid, ties to the lowest row. Medoids number `rows`.
Medoids assign(const Distances& distances, std::span<const int64_t> rows,
               std::vector<int64_t> medoid_rows)
{
    std::ranges::sort(medoid_rows);
    const auto count = std::ssize(medoid_rows);
    const auto to_medoids_NK = distances.to(chosen(rows, medoid_rows));
    Medoids medoids{std::move(medoid_rows), std::vector<int64_t>(rows.size()),
                    std::vector<float>(rows.size()), 0};
    for (size_t i = 0; i < rows.size(); ++i) {
        const auto own = std::span(to_medoids_NK).subspan(rows[i] * count, count);
        const auto nearest = std::ranges::min_element(own);
        medoids.cluster_N[i] = nearest - own.begin(), medoids.distance_N[i] = *nearest;
    }
    for (int64_t m = 0; m < count; ++m)
        medoids.distance_N[medoids.rows_K[m]] = 0, medoids.cluster_N[medoids.rows_K[m]] = m;
    medoids.cost = std::accumulate(medoids.distance_N.begin(), medoids.distance_N.end(), 0.0);
    rank_clusters(medoids);
    return medoids;
}

/// `size` random rows, the medoids so far among them, in rising order.
std::vector<int64_t> sample_rows(int64_t rows, int64_t size, const std::vector<int64_t>& medoids,
                                 const RandomKey& key)
{
    auto others = all_rows(rows);
    std::erase_if(others,
                  [&](int64_t row) { return std::ranges::find(medoids, row) != medoids.end(); });
    const int64_t count = size - std::ssize(medoids);
    choose_rows(others, count, key);
    auto sample = medoids;
    sample.insert(sample.end(), others.begin(), others.begin() + count);
    std::ranges::sort(sample);
    return sample;
}

}  // namespace

std::vector<int64_t> Medoids::sizes_K() const
{
    std::vector<int64_t> sizes(rows_K.size());
    for (const int64_t cluster : cluster_N) ++sizes[cluster];
    return sizes;
}

std::vector<double> Medoids::mean_distances_K() const
{
    std::vector<double> means(rows_K.size());
    for (size_t row = 0; row < cluster_N.size(); ++row) means[cluster_N[row]] += distance_N[row];
    const auto sizes = sizes_K();
    for (size_t m = 0; m < means.size(); ++m) means[m] /= static_cast<double>(sizes[m]);
    return means;
}

Medoids k_medoids(const DistanceMatrix& distances, const MedoidOptions& options)
{
    ensure(options.k >= 1 && options.k <= distances.rows() && options.restarts >= 1,
           "k medoids want k rows and a start");
    return assign(distances, all_rows(distances.rows()), best_descent(distances, options).medoids);
}

Medoids sampled_medoids(const Distances& distances, std::span<const int64_t> rows,
                        const MedoidOptions& options, const SampleOptions& samples)
{
    const auto count = std::ssize(rows);
    ensure(options.k >= 1 && options.k <= samples.size && samples.size <= count &&
               samples.samples >= 1,
           "a sample wants at least k rows, and no more than there are");
    Medoids best;
    for (int64_t i = 0; i < samples.samples; ++i) {
        // Starts of a descent are numbered from 0: these keys are not theirs.
        const RandomKey key{options.seed, Purpose::sample, ~static_cast<uint32_t>(i), 0};
        const auto sample = sample_rows(count, samples.size, best.rows_K, key);
        const auto medoids = best_descent(distances.select(chosen(rows, sample)), options).medoids;
        auto found = assign(distances, rows, chosen(sample, medoids));
        if (i == 0 || found.cost < best.cost) best = std::move(found);
    }
    return best;
}

}  // namespace jetsmith::analysis
