// SPDX-License-Identifier: Apache-2.0
#include "analysis/ensembles.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "tests/analysis/brute_force.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

TEST(Spread, IsMedianAndStandardDeviation)
{
    const std::vector<double> values{4, 1, 3, 2};
    const auto spread = robust_spread(values);
    EXPECT_DOUBLE_EQ(spread.median, 2.5);
    EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt(5.0 / 4.0));
    EXPECT_EQ(spread.kept, 4);
}

TEST(Spread, LeavesOutRunsBeyondThreeRobustStandardDeviations)
{
    // Median 10, absolute deviations 0 1 1 2 90: MAD 1, cut at 4.45.
    const std::vector<double> values{10, 9, 11, 12, 100};
    const auto spread = robust_spread(values);
    EXPECT_EQ(spread.removed, 1);
    EXPECT_DOUBLE_EQ(spread.median, 10.5);
    EXPECT_DOUBLE_EQ(spread.deviation, std::sqrt((0.25 + 2.25 + 0.25 + 2.25) / 4));
}

TEST(Spread, HandlesEqualInfiniteAndSingleValues)
{
    const std::vector<double> equal{5, 5, 5, 7}, single{3}, infinite{1, INFINITY}, none{NAN};
    EXPECT_EQ(robust_spread(equal).removed, 0) << "no scale to judge outliers by";
    EXPECT_TRUE(std::isnan(robust_spread(single).deviation));
    EXPECT_EQ(robust_spread(infinite).removed, 1);
    EXPECT_THAT(test::user_error([&] { robust_spread(none); }),
                testing::HasSubstr("no finite value"));
}

TEST(Spread, IsALowerLimitWhereLimitsDecideTheMedian)
{
    const auto over = [](std::vector<double> values, std::vector<bool> limits) {
        return spread_with_limits(values, limits);
    };
    // Whatever the limits really are, the median of the first three is 200.
    const auto above = over({100, 200, 300}, {false, false, true});
    EXPECT_EQ(above.median, 200);
    EXPECT_FALSE(above.lower_limit);
    EXPECT_TRUE(std::isnan(above.deviation));
    EXPECT_TRUE(over({100, 200, 300}, {false, true, false}).lower_limit);
    EXPECT_TRUE(over({100, 200, 300}, {true, false, false}).lower_limit) << "it may be above 200";
    const auto even = over({100, 300, 200, 400}, {false, true, false, false});
    EXPECT_EQ(even.median, 250);
    EXPECT_TRUE(even.lower_limit);
    EXPECT_FALSE(over({100, 300, 200, 400}, {false, false, false, true}).lower_limit);
    EXPECT_EQ(over({1, 2, 3}, {false, false, false}).deviation, robust_spread({{1, 2, 3}}).deviation);
}

TEST(Subsets, AreAllOfThemOnce)
{
    const auto all = subsets(9, 6);
    EXPECT_EQ(all.size(), 84U);
    EXPECT_EQ(std::set<std::vector<int>>(all.begin(), all.end()).size(), 84U);
    for (const auto& subset : all) {
        EXPECT_EQ(std::set<int>(subset.begin(), subset.end()).size(), 6U);
        EXPECT_GE(subset.front(), 0);
        EXPECT_LT(subset.back(), 9);
    }
    EXPECT_EQ(subsets(3, 3), (std::vector<std::vector<int>>{{0, 1, 2}}));
    EXPECT_TRUE(subsets(2, 3).empty());
}

TEST(Ensembles, CombineScoresRowByRow)
{
    const std::vector<double> a{1, 5}, b{2, 9}, c{6, 7};
    const std::vector<std::span<const double>> odd{a, b, c}, even{a, c};
    EXPECT_EQ(combine_scores(odd, Combine::mean), (std::vector<double>{3, 7}));
    EXPECT_EQ(combine_scores(odd, Combine::median), (std::vector<double>{2, 7}));
    EXPECT_EQ(combine_scores(even, Combine::median), (std::vector<double>{3.5, 6}));
}

TEST(Ensembles, ReportTheMedianOverAllSubsets)
{
    std::vector<test::Toy> toys;
    for (uint32_t seed = 0; seed < 4; ++seed) {
        toys.push_back(test::toy(300, 100, seed));
        toys.back().signal = toys.front().signal;
    }
    std::vector<std::span<const double>> runs;
    for (const auto& t : toys) runs.push_back(t.scores);
    const std::vector<double> efficiencies{0.5};
    const auto result = evaluate_ensembles(runs, toys.front().signal, {}, Combine::mean, 3,
                                           efficiencies);
    std::vector<double> expected_auc, expected_rejection;
    for (int left_out = 0; left_out < 4; ++left_out) {
        auto mean = toys.front();
        for (size_t row = 0; row < mean.scores.size(); ++row) {
            mean.scores[row] = 0;
            for (int run = 0; run < 4; ++run)
                if (run != left_out) mean.scores[row] += toys[run].scores[row];
            mean.scores[row] /= 3;
        }
        const std::vector<double> ones(mean.scores.size(), 1.0);
        expected_auc.push_back(test::pair_auc(mean, ones));
        expected_rejection.push_back(1 / test::first_crossing(mean, ones, 0.5).background);
    }
    std::sort(expected_auc.begin(), expected_auc.end());
    std::sort(expected_rejection.begin(), expected_rejection.end());
    EXPECT_EQ(result.combinations, 4);
    EXPECT_NEAR(result.auc.median, (expected_auc[1] + expected_auc[2]) / 2, 1e-12);
    EXPECT_NEAR(result.rejections[0].median, (expected_rejection[1] + expected_rejection[2]) / 2,
                1e-9);
}

TEST(Ensembles, RefuseSizesThatCannotBeFormed)
{
    const std::vector<double> scores{1, 2};
    const std::vector<uint8_t> signal{0, 1};
    const std::vector<std::span<const double>> two{scores, scores};
    const std::vector<std::span<const double>> many(30, scores);
    const auto form = [&](const auto& runs, int size) {
        return test::user_error(
            [&] { evaluate_ensembles(runs, signal, {}, Combine::mean, size, {}); });
    };
    EXPECT_THAT(form(two, 3), testing::HasSubstr("ensembles of 3 runs cannot be formed"));
    EXPECT_THAT(form(two, 1), testing::HasSubstr("ensembles of 1 runs cannot be formed"));
    EXPECT_THAT(form(many, 15), testing::HasSubstr("155117520 subsets of 15 of 30"));
    EXPECT_EQ(default_ensemble_size(9), 6);
}

}  // namespace
}  // namespace jetsmith::analysis
