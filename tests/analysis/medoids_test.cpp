// SPDX-License-Identifier: Apache-2.0
#include "analysis/medoids.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "analysis/faster_pam.h"
#include "core/parallel.h"
#include "tests/support/toy_distances.h"

namespace jetsmith::analysis {
namespace {

using testing::ElementsAre;
using Rows = std::vector<int64_t>;

DistanceMatrix matrix_of(const test::Points& points)
{
    return {std::ssize(points), test::condensed(points)};
}

/// Points on a line.
DistanceMatrix line(const std::vector<double>& positions)
{
    test::Points points;
    for (const double x : positions) points.push_back({x});
    return matrix_of(points);
}

double cost_of(const DistanceMatrix& distances, const Rows& medoids)
{
    double cost = 0;
    for (int64_t row = 0; row < distances.rows(); ++row) {
        double nearest = std::numeric_limits<double>::infinity();
        for (const int64_t medoid : medoids)
            nearest = std::min<double>(nearest, distances(row, medoid));
        cost += nearest;
    }
    return cost;
}

struct Choice {
    Rows medoids;
    double cost = 0;
};

/// The best of all choices that differ from this one in one medoid.
Choice best_neighbour(const DistanceMatrix& distances, const Rows& medoids)
{
    Choice best{{}, std::numeric_limits<double>::infinity()};
    for (size_t m = 0; m < medoids.size(); ++m) {
        Rows changed = medoids;
        for (changed[m] = 0; changed[m] < distances.rows(); ++changed[m])
            if (const double cost = cost_of(distances, changed); cost < best.cost)
                best = {changed, cost};
    }
    return best;
}

/// Partitioning around medoids as Kaufman and Rousseeuw describe it: BUILD, then the best of all
/// swaps while it lowers the cost.
Choice plain_pam(const DistanceMatrix& distances, int64_t k)
{
    Choice choice;
    for (int64_t m = 0; m < k; ++m) {
        Choice longer{{}, std::numeric_limits<double>::infinity()};
        Rows medoids = choice.medoids;
        medoids.push_back(0);
        for (; medoids.back() < distances.rows(); ++medoids.back())
            if (const double cost = cost_of(distances, medoids); cost < longer.cost)
                longer = {medoids, cost};
        choice = longer;
    }
    for (;;) {
        const auto next = best_neighbour(distances, choice.medoids);
        if (!(next.cost < choice.cost * (1 - 1e-9))) return choice;
        choice = next;
    }
}

/// Problems of 300 points: normal in 1 to 5 dimensions, in clusters, and dissimilarities that obey
/// no triangle inequality.
DistanceMatrix problem(uint32_t number)
{
    constexpr int64_t kPoints = 300;
    if (number % 4 == 3) {
        std::mt19937 generator(number);
        std::uniform_real_distribution<float> uniform(0, 1);
        return {kPoints,
                test::condensed(kPoints, [&](int64_t, int64_t) { return uniform(generator); })};
    }
    auto points = test::toy_points(kPoints, 1 + number % 5, number, number % 4 == 2 ? 3 : 1);
    return matrix_of(points);
}

TEST(Medoids, CostNoMoreThanThoseOfPlainPam)
{
    int lower = 0;
    for (uint32_t number = 0; number < 20; ++number) {
        const auto distances = problem(number);
        const int64_t k = 2 + number % 6;
        const auto medoids = k_medoids(distances, {.k = k});
        const auto pam = plain_pam(distances, k);
        EXPECT_LE(medoids.cost, pam.cost * (1 + 1e-9)) << "problem " << number << ", k " << k;
        EXPECT_NEAR(medoids.cost, cost_of(distances, medoids.rows_K), 1e-9 * medoids.cost);
        lower += medoids.cost < pam.cost * (1 - 1e-9);
    }
    EXPECT_GT(lower, 5) << "several starts find what one does not";
}

TEST(FasterPam, EndsWhereNoSwapBettersTheMedoids)
{
    for (uint32_t number = 0; number < 4; ++number) {
        const auto distances = problem(number);
        for (const bool steepest : {false, true}) {
            FasterPam pam(distances, {7, 0, 299, 150});
            EXPECT_NEAR(pam.cost(), cost_of(distances, {7, 0, 299, 150}), 1e-9 * pam.cost());
            steepest ? pam.descend_steepest() : pam.descend();
            EXPECT_NEAR(pam.cost(), cost_of(distances, pam.medoids()), 1e-9 * pam.cost());
            EXPECT_GE(best_neighbour(distances, pam.medoids()).cost, pam.cost() * (1 - 1e-9));
        }
    }
}

TEST(FasterPam, OfOneMedoidFindsTheMedian)
{
    const auto distances = line({9, 4, 0, 5, 6});
    FasterPam pam(distances, {2});
    pam.descend();
    EXPECT_EQ(pam.medoids(), Rows{3});
}

TEST(Medoids, OfOneClusterIsTheMedian)
{
    for (uint32_t number = 0; number < 4; ++number) {
        const auto distances = problem(number);
        Choice median{{}, std::numeric_limits<double>::infinity()};
        for (int64_t row = 0; row < distances.rows(); ++row)
            if (const double cost = cost_of(distances, {row}); cost < median.cost)
                median = {{row}, cost};
        EXPECT_EQ(k_medoids(distances, {.k = 1}).rows_K, median.medoids);
    }
    EXPECT_THAT(k_medoids(line({3, 1, 2, 0}), {.k = 1}).rows_K, ElementsAre(1))
        << "positions 1 and 2 are equally good: the lower row";
}

TEST(Medoids, OfEveryRowCostNothing)
{
    const auto medoids = k_medoids(matrix_of(test::toy_points(20, 2, 1)), {.k = 20});
    Rows all(20);
    std::iota(all.begin(), all.end(), 0);
    EXPECT_EQ(medoids.cost, 0);
    EXPECT_EQ(medoids.rows_K, all);
    EXPECT_EQ(medoids.cluster_N, all);
    EXPECT_EQ(k_medoids(line({7}), {.k = 1}).rows_K, Rows{0});
}

TEST(Medoids, TiesGoToTheLowestRow)
{
    const auto medoids = k_medoids(line({0, 0, 2, 4, 4}), {.k = 2});
    EXPECT_THAT(medoids.rows_K, ElementsAre(0, 3));
    EXPECT_THAT(medoids.cluster_N, ElementsAre(0, 0, 0, 1, 1)) << "position 2 is as near to both";
    EXPECT_EQ(medoids.cost, 2);
}

TEST(Medoids, OfDuplicatesAreDifferentRowsInTheirOwnClusters)
{
    const auto medoids = k_medoids(line({5, 5, 5, 9, 9, 9, 9}), {.k = 4});
    EXPECT_EQ(medoids.cost, 0);
    EXPECT_EQ(std::set<int64_t>(medoids.rows_K.begin(), medoids.rows_K.end()).size(), 4U);
    for (int64_t m = 0; m < 4; ++m) EXPECT_EQ(medoids.cluster_N[medoids.rows_K[m]], m);
}

TEST(Medoids, TheLargestClusterComesFirst)
{
    const auto medoids = k_medoids(line({50, 0, 1, 2, 100, 101, 102, 103, 105}), {.k = 3});
    EXPECT_THAT(medoids.rows_K, ElementsAre(6, 2, 0));
    EXPECT_THAT(medoids.sizes_K(), ElementsAre(5, 3, 1));
    EXPECT_THAT(medoids.mean_distances_K(),
                ElementsAre((2 + 1 + 0 + 1 + 3) / 5.0, testing::DoubleEq(2 / 3.0), 0));
    EXPECT_THAT(medoids.cluster_N, ElementsAre(2, 1, 1, 1, 0, 0, 0, 0, 0));
    EXPECT_THAT(medoids.distance_N, ElementsAre(0, 1, 0, 1, 2, 1, 0, 1, 3));
}

TEST(Medoids, DependOnTheSeedButNotOnTheThreads)
{
    const auto distances = problem(3);
    set_thread_count(1);
    const auto one = k_medoids(distances, {.k = 6});
    set_thread_count(4);
    const auto four = k_medoids(distances, {.k = 6});
    set_thread_count(0);
    EXPECT_EQ(one.rows_K, four.rows_K);
    EXPECT_EQ(one.cluster_N, four.cluster_N);
    std::set<double> costs;
    for (uint64_t seed = 1; seed < 9; ++seed)
        costs.insert(k_medoids(distances, {.k = 6, .seed = seed, .restarts = 2}).cost);
    EXPECT_GT(costs.size(), 1U) << "starts differ";
    EXPECT_LE(one.cost, k_medoids(distances, {.k = 6, .restarts = 2}).cost)
        << "the first two of ten descents";
}

}  // namespace
}  // namespace jetsmith::analysis
