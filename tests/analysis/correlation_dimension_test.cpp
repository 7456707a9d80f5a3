// SPDX-License-Identifier: Apache-2.0
#include "analysis/correlation_dimension.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "analysis/distance_matrix.h"
#include "tests/support/toy_distances.h"

namespace jetsmith::analysis {
namespace {

/// Points spread evenly at random over the unit interval, square or cube, whose opposite sides are
/// one, so that there is no edge.
DistanceMatrix torus(int64_t rows, int64_t dimensions, uint32_t seed)
{
    std::mt19937 generator(seed);
    std::uniform_real_distribution<double> uniform(0, 1);
    test::Points points(rows, std::vector<double>(dimensions));
    for (auto& point : points)
        for (double& x : point) x = uniform(generator);
    return {rows, test::condensed(rows, [&](int64_t i, int64_t j) {
                double sum = 0;
                for (int64_t d = 0; d < dimensions; ++d) {
                    const double apart = std::abs(points[i][d] - points[j][d]);
                    sum += std::pow(std::min(apart, 1 - apart), 2);
                }
                return static_cast<float>(std::sqrt(sum));
            })};
}

TEST(CorrelationDimension, OfALineASquareAndACubeIsTheirDimension)
{
    for (const int dimensions : {1, 2, 3}) {
        const auto points =
            correlation_dimension(torus(1000, dimensions, 4), log_edges(0.05, 0.45, 6));
        ASSERT_EQ(points.size(), 6U);
        double pulls = 0;
        for (const auto& point : points) {
            EXPECT_NEAR(point.dimension, dimensions, 4 * point.error);
            EXPECT_NEAR(point.dimension, dimensions, 0.15) << point.q;
            pulls += std::pow((point.dimension - dimensions) / point.error, 2);
        }
        EXPECT_LT(pulls, 25) << "six pulls, squared";
    }
}

TEST(CorrelationDimension, ErrorsAreTheSpreadOverIndependentSamples)
{
    const auto edges = log_edges(0.1, 0.4, 3);
    constexpr int kSamples = 200;
    std::vector<double> sum(3), squares(3), errors(3);
    // Normal points are denser in the middle: pairs of one event then vary together.
    for (int sample = 0; sample < kSamples; ++sample) {
        const auto points = correlation_dimension(
            DistanceMatrix(60, test::condensed(test::toy_points(60, 1, 100 + sample))), edges);
        for (size_t p = 0; p < 3; ++p) {
            sum[p] += points[p].dimension, squares[p] += std::pow(points[p].dimension, 2);
            errors[p] += points[p].error;
        }
    }
    for (size_t p = 0; p < 3; ++p) {
        const double mean = sum[p] / kSamples;
        const double spread = std::sqrt(squares[p] / kSamples - mean * mean);
        EXPECT_NEAR(errors[p] / kSamples / spread, 1, 0.25) << p;
    }
}

TEST(CorrelationDimension, CountsPairsBelowTheEdges)
{
    // Distances 1, 2, 4 (points 0, 1, ... would not do: three pairs of three points).
    const auto points =
        correlation_dimension(DistanceMatrix(3, {1, 2, 4}), std::vector<double>{0.5, 1.5, 3, 8});
    ASSERT_EQ(points.size(), 3U);
    EXPECT_EQ(points[0].pairs, 1);
    EXPECT_TRUE(std::isnan(points[0].dimension)) << "no pair below 0.5";
    EXPECT_EQ(points[1].pairs, 2);
    EXPECT_DOUBLE_EQ(points[1].dimension, std::log(2.0) / std::log(2.0));
    EXPECT_TRUE(std::isnan(points[1].error)) << "all pairs below 1.5 share an event";
    EXPECT_EQ(points[2].pairs, 3);
    EXPECT_DOUBLE_EQ(points[2].dimension, std::log(1.5) / std::log(8.0 / 3));
    EXPECT_DOUBLE_EQ(points[2].q, std::sqrt(24.0));
}

TEST(CorrelationDimension, EdgesAreEquallyFarApartInTheLogarithm)
{
    const auto edges = log_edges(0.01, 100, 4);
    const std::vector<double> wanted{0.01, 0.1, 1, 10, 100};
    ASSERT_EQ(edges.size(), 5U);
    for (size_t i = 0; i < 5; ++i) EXPECT_NEAR(edges[i] / wanted[i], 1, 1e-12);
}

}  // namespace
}  // namespace jetsmith::analysis
