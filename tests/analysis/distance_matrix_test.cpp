// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_matrix.h"

#include <gmock/gmock.h>

#include "tests/support/toy_distances.h"

namespace jetsmith::analysis {
namespace {

constexpr int64_t kRows = 37;

/// Tells every pair apart.
float number(int64_t i, int64_t j)
{
    return static_cast<float>(1000 * std::min(i, j) + std::max(i, j));
}

DistanceMatrix numbered(int64_t rows) { return {rows, test::condensed(rows, number)}; }

TEST(DistanceMatrix, GivesEveryPairInBothOrders)
{
    const auto matrix = numbered(kRows);
    for (int64_t i = 0; i < kRows; ++i)
        for (int64_t j = 0; j < kRows; ++j)
            EXPECT_EQ(matrix(i, j), i == j ? 0 : number(i, j)) << i << " " << j;
}

TEST(DistanceMatrix, RowsAndBlocksAreThePairsOfARow)
{
    const auto matrix = numbered(kRows);
    for (const int64_t count : {1, 5, 37})
        for (int64_t first = 0; first + count <= kRows; ++first) {
            std::vector<float> block(count * kRows, -1);
            matrix.block(first, count, block);
            for (int64_t i = 0; i < count * kRows; ++i)
                ASSERT_EQ(block[i], matrix(first + i / kRows, i % kRows)) << first << " " << i;
        }
    std::vector<float> row(kRows);
    matrix.row(20, row);
    EXPECT_EQ(row[3], number(3, 20));
    EXPECT_EQ(matrix.beyond(20).size(), 16U);
    EXPECT_EQ(matrix.beyond(20)[2], number(20, 23));
    EXPECT_TRUE(matrix.beyond(kRows - 1).empty());
}

TEST(DistanceMatrix, APartIsTheMatrixOfItsRowsInTheOrderGiven)
{
    const auto part = numbered(kRows).select(std::vector<int64_t>{30, 4, 17});
    EXPECT_EQ(part.rows(), 3);
    EXPECT_EQ(part(0, 1), number(4, 30));
    EXPECT_EQ(part(0, 2), number(17, 30));
    EXPECT_EQ(part(1, 2), number(4, 17));
}

TEST(DistanceMatrix, PassesEveryPairOnceAndKnowsTheLargest)
{
    const auto matrix = numbered(kRows);
    int64_t pairs = 0;
    matrix.pass([&](int64_t i, int64_t j, std::span<const float> values) {
        pairs += std::ssize(values);
        for (const float value : values) EXPECT_EQ(value, number(i, j++));
    });
    EXPECT_EQ(pairs, kRows * (kRows - 1) / 2);
    EXPECT_EQ(matrix.largest(), number(kRows - 2, kRows - 1));
    EXPECT_EQ(DistanceMatrix::bytes(10'000), 199'980'000);
}

}  // namespace
}  // namespace jetsmith::analysis
