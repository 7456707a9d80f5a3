// SPDX-License-Identifier: Apache-2.0
#include "analysis/ranked_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace jetsmith::analysis {
namespace {

/// Random doubles of all magnitudes and signs, some of them equal, some infinite.
std::vector<double> wild_scores(size_t count, bool single, uint32_t seed)
{
    std::mt19937_64 generator(seed);
    std::vector<double> scores;
    while (scores.size() < count) {
        const double v = std::ldexp(static_cast<double>(generator() >> 11),
                                    static_cast<int>(generator() % 120) - 100) *
                         (generator() % 2 ? 1 : -1);
        scores.push_back(single ? static_cast<float>(v) : v);
        if (generator() % 4 == 0) scores.push_back(scores[generator() % scores.size()]);
        if (generator() % 50 == 0) scores.push_back(std::numeric_limits<double>::infinity());
        if (generator() % 50 == 0) scores.push_back(-std::numeric_limits<double>::infinity());
        if (generator() % 50 == 0) scores.push_back(generator() % 2 ? 0.0 : -0.0);
    }
    return scores;
}

TEST(Ranking, OrdersLikeAStableSortByFallingScore)
{
    for (const bool single : {true, false}) {
        const auto scores = wild_scores(5000, single, 3);
        std::vector<uint32_t> expected(scores.size());
        std::iota(expected.begin(), expected.end(), 0U);
        std::stable_sort(expected.begin(), expected.end(),
                         [&](uint32_t a, uint32_t b) { return scores[a] > scores[b]; });
        EXPECT_EQ(rank(scores).order, expected);
    }
}

TEST(Ranking, GroupsHoldExactlyTheEqualScores)
{
    for (const bool single : {true, false}) {
        const auto scores = wild_scores(5000, single, 4);
        const auto ranking = rank(scores);
        ASSERT_EQ(ranking.ends.back(), scores.size());
        uint32_t begin = 0;
        for (const uint32_t end : ranking.ends) {
            for (uint32_t p = begin; p < end; ++p)
                ASSERT_EQ(scores[ranking.order[p]], scores[ranking.order[begin]]);
            if (end < scores.size()) {
                ASSERT_GT(scores[ranking.order[end - 1]], scores[ranking.order[end]]);
            }
            begin = end;
        }
    }
}

TEST(Ranking, OfNothingIsEmptyAndOfOneIsOneGroup)
{
    EXPECT_TRUE(rank({}).order.empty());
    EXPECT_EQ(rank(std::vector<double>{0.5}).ends, std::vector<uint32_t>{1});
}

}  // namespace
}  // namespace jetsmith::analysis
