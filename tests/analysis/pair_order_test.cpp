// SPDX-License-Identifier: Apache-2.0
#include "analysis/pair_order.h"

#include <gtest/gtest.h>

namespace jetsmith::analysis {
namespace {

using Pairs = std::vector<std::array<int64_t, 2>>;

/// Everything, asked for in pieces of three.
Pairs in_pieces(const PairOrder& order)
{
    Pairs all;
    for (int64_t begin = 0; begin < order.count(); begin += 3) {
        const auto piece = order.range(begin, std::min(begin + 3, order.count()));
        const auto* p = piece.const_data_ptr<int64_t>();
        for (int64_t k = 0; k < piece.size(0); ++k) all.push_back({p[2 * k], p[2 * k + 1]});
    }
    return all;
}

void expect_order(const PairOrder& order, const Pairs& expected)
{
    ASSERT_EQ(order.count(), std::ssize(expected));
    EXPECT_EQ(in_pieces(order), expected);
    for (size_t k = 0; k < expected.size(); ++k)
        EXPECT_EQ(order.at(static_cast<int64_t>(k)), expected[k]);
}

TEST(PairOrder, OfACondensedMatrixIsThatOfTwoLoops)
{
    for (int64_t rows = 2; rows < 12; ++rows) {
        Pairs expected;
        for (int64_t i = 0; i < rows; ++i)
            for (int64_t j = i + 1; j < rows; ++j) expected.push_back({i, j});
        expect_order(PairOrder(DistanceLayout::condensed, rows, rows), expected);
    }
}

TEST(PairOrder, OfARectangularMatrixIsRowByRow)
{
    Pairs expected;
    for (int64_t i = 0; i < 4; ++i)
        for (int64_t j = 0; j < 5; ++j) expected.push_back({i, j});
    expect_order(PairOrder(DistanceLayout::rectangular, 4, 5), expected);
}

TEST(PairOrder, OfAListIsTheList)
{
    expect_order(PairOrder(DistanceLayout::pairs, 9, 9, {3, 1, 1, 3, 8, 8, 0, 5}),
                 {{3, 1}, {1, 3}, {8, 8}, {0, 5}});
}

TEST(PairOrder, IsExactWhereDoublesAreNot)
{
    // The closed form takes a root of a difference of numbers near 4e18.
    const int64_t rows = 1'000'000'000;
    const PairOrder order(DistanceLayout::condensed, rows, rows);
    EXPECT_EQ(order.at(0), (std::array<int64_t, 2>{0, 1}));
    EXPECT_EQ(order.at(rows - 2), (std::array<int64_t, 2>{0, rows - 1}));
    EXPECT_EQ(order.at(rows - 1), (std::array<int64_t, 2>{1, 2}));
    EXPECT_EQ(order.at(order.count() - 1), (std::array<int64_t, 2>{rows - 2, rows - 1}));
    EXPECT_EQ(order.at(order.count() - 2), (std::array<int64_t, 2>{rows - 3, rows - 1}));
}

}  // namespace
}  // namespace jetsmith::analysis
