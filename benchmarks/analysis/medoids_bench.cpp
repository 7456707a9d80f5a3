// SPDX-License-Identifier: Apache-2.0
// k-medoids of points in a few dimensions, without the making of their distances. Correctness
// first: the cost is that of the medoids, and random swaps do not better it. Prints one JSON line.
//
//   medoids_bench [--rows N] [--k K] [--restarts N] [--dimensions D] [--repeats N]
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>
#include <vector>

#include "analysis/medoids.h"
#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith::analysis {
namespace {

DistanceMatrix normal_points(int64_t rows, int64_t dimensions)
{
    std::mt19937 generator(7);
    std::normal_distribution<float> normal;
    std::vector<float> points(rows * dimensions), values;
    for (float& x : points) x = normal(generator);
    for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = i + 1; j < rows; ++j) {
            float sum = 0;
            for (int64_t d = 0; d < dimensions; ++d) {
                const float apart = points[i * dimensions + d] - points[j * dimensions + d];
                sum += apart * apart;
            }
            values.push_back(std::sqrt(sum));
        }
    return {rows, std::move(values)};
}

double cost_of(const DistanceMatrix& distances, const std::vector<int64_t>& medoids)
{
    double cost = 0;
    for (int64_t row = 0; row < distances.rows(); ++row) {
        float nearest = distances(row, medoids.front());
        for (const int64_t medoid : medoids) nearest = std::min(nearest, distances(row, medoid));
        cost += nearest;
    }
    return cost;
}

void check(const DistanceMatrix& distances, const Medoids& medoids)
{
    const double cost = cost_of(distances, medoids.rows_K);
    ensure(std::abs(cost - medoids.cost) <= 1e-9 * cost, "the cost is not that of the medoids");
    std::mt19937 generator(1);
    for (int swap = 0; swap < 200; ++swap) {
        auto other = medoids.rows_K;
        other[generator() % other.size()] = static_cast<int64_t>(generator() % distances.rows());
        ensure(!(cost_of(distances, other) < cost * (1 - 1e-9)), "a swap betters the medoids");
    }
}

void run(const DistanceMatrix& distances, const MedoidOptions& options, int repeats)
{
    std::vector<double> seconds;
    Medoids medoids;
    for (int i = 0; i < repeats; ++i) {
        const auto start = std::chrono::steady_clock::now();
        medoids = k_medoids(distances, options);
        const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
        seconds.push_back(elapsed.count());
    }
    check(distances, medoids);
    std::ranges::sort(seconds);
    fmt::print(
        "{{\"benchmark\": \"medoids\", \"threads\": {}, \"rows\": {}, \"k\": {}, \"restarts\": {}, "
        "\"seconds\": {:.3f}, \"slowest\": {:.3f}, \"cost\": {:.6f}}}\n",
        thread_count(), distances.rows(), options.k, options.restarts, seconds[seconds.size() / 2],
        seconds.back(), medoids.cost);
}

}  // namespace
}  // namespace jetsmith::analysis

int main(int argc, char** argv)
{
    CLI::App app("k-medoids of random points");
    int64_t rows = 5000, dimensions = 3;
    int repeats = 3;
    jetsmith::analysis::MedoidOptions options;
    app.add_option("--rows", rows)->check(CLI::Range(2, 100'000));
    app.add_option("--k", options.k)->check(CLI::PositiveNumber);
    app.add_option("--restarts", options.restarts)->check(CLI::PositiveNumber);
    app.add_option("--dimensions", dimensions)->check(CLI::PositiveNumber);
    app.add_option("--repeats", repeats)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    jetsmith::analysis::run(jetsmith::analysis::normal_points(rows, dimensions), options, repeats);
}
