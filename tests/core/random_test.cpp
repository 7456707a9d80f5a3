// SPDX-License-Identifier: Apache-2.0
#include "core/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace jetsmith {
namespace {

// Known answers of Philox 4x32-10 published with the Random123 library (kat_vectors).
TEST(Random, PhiloxGivesThePublishedKnownAnswers)
{
    const auto zeros = philox({0, static_cast<Purpose>(0), 0, 0}, 0);
    EXPECT_EQ(zeros, (std::array<uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    const auto ones = philox({~0ULL, static_cast<Purpose>(0), ~0U, ~0ULL}, ~0U);
    EXPECT_EQ(ones, (std::array<uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
}

TEST(Random, EveryPartOfTheKeyChangesTheNumber)
{
    const RandomKey base{7, Purpose::shuffle, 3, 11};
    const uint64_t bits = random_bits(base, 0);
    EXPECT_NE(bits, random_bits({8, Purpose::shuffle, 3, 11}, 0));
    EXPECT_NE(bits, random_bits({7, Purpose::augment, 3, 11}, 0));
    EXPECT_NE(bits, random_bits({7, Purpose::shuffle, 4, 11}, 0));
    EXPECT_NE(bits, random_bits({7, Purpose::shuffle, 3, 12}, 0));
    EXPECT_NE(bits, random_bits(base, 1));
    EXPECT_EQ(bits, random_bits(base, 0));
}

TEST(Random, UniformNumbersHaveTheMomentsOfTheUnitInterval)
{
    double sum = 0, squares = 0;
    constexpr int n = 200'000;
    for (int i = 0; i < n; ++i) {
        const double u = random_uniform({1, Purpose::sample, 0, static_cast<uint64_t>(i)});
        ASSERT_GE(u, 0.0);
        ASSERT_LT(u, 1.0);
        sum += u;
        squares += u * u;
    }
    EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
    EXPECT_NEAR(squares / n, 1.0 / 3, 5 * std::sqrt(4.0 / 45 / n));
}

TEST(Random, OrderIsAPermutationAndASubsetKeepsTheOrderOfTheWhole)
{
    std::vector<int64_t> rows(1000);
    std::iota(rows.begin(), rows.end(), 0);
    const auto order = random_order(rows, 5, Purpose::shuffle, 2);
    auto sorted = order;
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, rows);
    EXPECT_NE(order, rows);
    std::vector<int64_t> even;
    for (int64_t i = 0; i < 1000; i += 2) even.push_back(i);
    std::vector<int64_t> expected;
    for (const int64_t position : order)
        if (rows[static_cast<size_t>(position)] % 2 == 0) expected.push_back(position);
    std::vector<int64_t> of_even;
    for (const int64_t position : random_order(even, 5, Purpose::shuffle, 2))
        of_even.push_back(even[static_cast<size_t>(position)]);
    EXPECT_EQ(of_even, expected);
}

}  // namespace
}  // namespace jetsmith
