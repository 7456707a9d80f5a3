// SPDX-License-Identifier: Apache-2.0
// CLARA, and what medoids are for.
#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "analysis/medoids.h"
#include "tests/support/toy_distances.h"

namespace jetsmith::analysis {
namespace {

using Rows = std::vector<int64_t>;

DistanceMatrix matrix_of(const test::Points& points)
{
    return {std::ssize(points), test::condensed(points)};
}

DistanceMatrix problem(uint32_t number)
{
    return matrix_of(test::toy_points(300, 1 + number, number));
}

/// Counts the distances that are asked for.
class Counted final : public Distances {
  public:
    explicit Counted(const DistanceMatrix& distances) : distances_(distances) {}

    int64_t asked() const { return asked_; }
    int64_t rows() const override { return distances_.rows(); }
    float largest() const override { return distances_.largest(); }
    void pass(const Take& take) const override
    {
        asked_ += rows() * (rows() - 1) / 2;
        distances_.pass(take);
    }
    DistanceMatrix select(std::span<const int64_t> rows) const override
    {
        asked_ += std::ssize(rows) * (std::ssize(rows) - 1) / 2;
        return distances_.select(rows);
    }
    std::vector<float> to(std::span<const int64_t> rows_K) const override
    {
        asked_ += rows() * std::ssize(rows_K);
        return distances_.to(rows_K);
    }

  private:
    const DistanceMatrix& distances_;
    mutable int64_t asked_ = 0;
};

Rows all_of(const DistanceMatrix& distances)
{
    Rows all(distances.rows());
    std::iota(all.begin(), all.end(), 0);
    return all;
}

TEST(SampledMedoids, FindPlantedClustersFromFewDistances)
{
    constexpr int64_t kRows = 1000, kClusters = 4;
    const auto distances = matrix_of(test::toy_points(kRows, 2, 8, kClusters));
    const Counted counted(distances);
    const auto sampled =
        sampled_medoids(counted, all_of(distances), {.k = kClusters}, {.samples = 3, .size = 80});
    for (int64_t row = kClusters; row < kRows; ++row)
        EXPECT_EQ(sampled.cluster_N[row], sampled.cluster_N[row % kClusters]) << row;
    EXPECT_EQ(counted.asked(), 3 * (80 * 79 / 2 + kRows * kClusters));
    const auto full = k_medoids(distances, {.k = kClusters});
    EXPECT_GE(sampled.cost, full.cost);
    EXPECT_LT(sampled.cost, 1.03 * full.cost);
    double cost = 0;
    const auto features = distances.to(sampled.rows_K);
    for (int64_t row = 0; row < kRows; ++row)
        cost += std::ranges::min(std::span(features).subspan(row * kClusters, kClusters));
    EXPECT_NEAR(sampled.cost, cost, 1e-9 * cost);
}

TEST(SampledMedoids, OfTheWholeAreThoseOfTheMatrix)
{
    const auto distances = problem(1);
    const auto sampled = sampled_medoids(distances, all_of(distances), {.k = 5},
                                         {.samples = 1, .size = distances.rows()});
    EXPECT_EQ(sampled.rows_K, k_medoids(distances, {.k = 5}).rows_K);
}

TEST(SampledMedoids, MoreSamplesCostNoMore)
{
    const auto distances = problem(0);
    double before = std::numeric_limits<double>::infinity();
    for (const int64_t samples : {1, 2, 4, 8}) {
        const auto medoids = sampled_medoids(distances, all_of(distances), {.k = 5},
                                             {.samples = samples, .size = 40});
        EXPECT_LE(medoids.cost, before);
        before = medoids.cost;
    }
}

TEST(SampledMedoids, OfSomeRowsAreThoseOfTheirPartOfTheMatrix)
{
    const auto distances = problem(1);
    Rows odd;
    for (int64_t row = 1; row < distances.rows(); row += 2) odd.push_back(row);
    const SampleOptions samples{.samples = 3, .size = 40};
    const auto part = distances.select(odd);
    const auto found = sampled_medoids(distances, odd, {.k = 5}, samples);
    const auto expected = sampled_medoids(part, all_of(part), {.k = 5}, samples);
    EXPECT_EQ(found.rows_K, expected.rows_K);
    EXPECT_EQ(found.cluster_N, expected.cluster_N);
    EXPECT_EQ(found.cost, expected.cost);
}

TEST(MedoidDistances, AreTheFeaturesOfARow)
{
    const auto distances = problem(1);
    const Rows medoids{250, 3, 77};
    const auto features = distances.to(medoids);
    ASSERT_EQ(features.size(), 900U);
    for (const int64_t row : {0, 3, 299})
        for (int64_t m = 0; m < 3; ++m)
            EXPECT_EQ(features[row * 3 + m], distances(row, medoids[m]));
}

}  // namespace
}  // namespace jetsmith::analysis
