// SPDX-License-Identifier: Apache-2.0
#include "analysis/neighbours.h"

#include <gmock/gmock.h>

#include <map>

#include "core/parallel.h"
#include "tests/support/toy_distances.h"

namespace jetsmith::analysis {
namespace {

using testing::ElementsAre;

/// The k rows that fewer than k others come before: nearer, or as near with a lower number.
template <typename Distance>
std::vector<int64_t> neighbours_of(int64_t row, int64_t others, int64_t k, bool itself,
                                   const Distance& distance)
{
    std::map<int64_t, int64_t> by_rank;
    for (int64_t a = 0; a < others; ++a) {
        if (a == row && !itself) continue;
        int64_t before = 0;
        for (int64_t b = 0; b < others; ++b)
            if (b != a && (b != row || itself))
                before += distance(row, b) < distance(row, a) ||
                          (distance(row, b) == distance(row, a) && b < a);
        if (before < k) by_rank[before] = a;
    }
    std::vector<int64_t> found;
    for (const auto& [rank, a] : by_rank) found.push_back(a);
    return found;
}

std::vector<int64_t> part(const Neighbours& neighbours, int64_t row)
{
    const auto first = neighbours.rows_NK.begin() + row * neighbours.k;
    return {first, first + neighbours.k};
}

/// Distances with many ties.
DistanceMatrix coarse(int64_t rows)
{
    const auto points = test::toy_points(rows, 2, 5);
    return {rows, test::condensed(rows, [&](int64_t i, int64_t j) {
                return std::round(3 * test::euclidean(points[i], points[j]));
            })};
}

TEST(Neighbours, AreThoseOfABruteForceSearch)
{
    constexpr int64_t kRows = 61;
    const auto distances = coarse(kRows);
    for (const int64_t k : {1, 7, 60}) {
        const auto found = nearest_neighbours(distances, k);
        for (int64_t row = 0; row < kRows; ++row) {
            EXPECT_EQ(part(found, row), neighbours_of(row, kRows, k, false, distances)) << row;
            for (int64_t n = 0; n < k; ++n)
                EXPECT_EQ(found.distances_NK[row * k + n], distances(row, part(found, row)[n]));
        }
    }
}

TEST(Neighbours, OfABlockMayBeAnyColumn)
{
    const std::vector<float> block{3, 1, 2, 1, 0, 5, 5, 5};
    const auto found = nearest_neighbours(block, 4, 3);
    EXPECT_THAT(found.rows_NK, ElementsAre(1, 3, 2, 0, 1, 2));
    EXPECT_THAT(found.distances_NK, ElementsAre(1, 1, 2, 0, 5, 5));
}

TEST(Neighbours, AreTheSameWithOneAndFourThreads)
{
    const auto distances = coarse(100);
    set_thread_count(1);
    const auto one = nearest_neighbours(distances, 9);
    set_thread_count(4);
    const auto four = nearest_neighbours(distances, 9);
    set_thread_count(0);
    EXPECT_EQ(one.rows_NK, four.rows_NK);
}

TEST(KnnScores, AreTheShareOfSignalAmongTheNeighbours)
{
    const Neighbours neighbours{4, {0, 1, 2, 3, 3, 2, 1, 0}, {1, 2, 4, 4, 0, 0, 1, 2}};
    const std::vector<uint8_t> signal{1, 0, 0, 1};
    EXPECT_THAT(knn_scores(neighbours, signal), ElementsAre(0.5, 0.5));
    EXPECT_THAT(knn_scores(neighbours, signal, Vote::inverse),
                ElementsAre((1 + 0.25) / (1 + 0.5 + 0.25 + 0.25), 0.5))
        << "1 / distance; the two at distance 0 alone";
}

TEST(KnnScores, LeaveTheRowItselfOut)
{
    // Each row is surrounded by rows of the other class: its own label would give it away.
    const test::Points points{{0}, {1}, {2}, {3}, {4}};
    const DistanceMatrix distances(5, test::condensed(points));
    const std::vector<uint8_t> signal{1, 0, 1, 0, 1};
    EXPECT_THAT(knn_scores(nearest_neighbours(distances, 1), signal), ElementsAre(0, 1, 0, 1, 0));
}

}  // namespace
}  // namespace jetsmith::analysis
