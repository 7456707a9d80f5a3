// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_histogram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace jetsmith::analysis {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ReportHistogram, KeepsWhatLiesOutside)
{
    const std::vector<double> values{-kInfinity, -0.1, 0, 0.24, 0.25, 0.99, 1, 1.1, kInfinity, NAN};
    const auto h = histogram(values, {}, 4, 0, 1);
    EXPECT_EQ(h.sums, (std::vector<double>{2, 1, 0, 2}));  // 1 itself belongs to the last bin
    EXPECT_EQ(h.underflow, 2);
    EXPECT_EQ(h.overflow, 2);
    EXPECT_EQ(h.undefined, 1);
    EXPECT_EQ(h.total(), 9);
}

TEST(ReportHistogram, SumsWeightsAndTheirSquares)
{
    const std::vector<double> values{0.5, 0.5, 7}, weights{2, -1, 3};
    const auto h = histogram(values, weights, 1, 0, 1);
    EXPECT_EQ(h.sums[0], 1);
    EXPECT_EQ(h.squares[0], 5);
    EXPECT_EQ(h.overflow, 3);
    EXPECT_EQ(h.overflow_squares, 9);
}

}  // namespace
}  // namespace jetsmith::analysis
