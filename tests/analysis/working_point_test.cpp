// SPDX-License-Identifier: Apache-2.0
#include "analysis/working_point.h"

#include <gmock/gmock.h>

#include "tests/analysis/brute_force.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using test::toy;

const std::vector<double> kEfficiencies{0.5, 0.05, 0.3, 1.0, 0.77};

TEST(WorkingPoint, IsWhereTheSignalEfficiencyFirstReachesTheWantedOne)
{
    for (uint32_t seed = 0; seed < 1000; ++seed) {
        const auto t = toy(3 + static_cast<int>(seed % 90), 1 + static_cast<int>(seed % 9), seed);
        const auto points = working_points(rank_sample(t.scores, t.signal, t.weights),
                                           kEfficiencies);
        for (size_t i = 0; i < kEfficiencies.size(); ++i) {
            const auto expected = test::first_crossing(t, t.weights, kEfficiencies[i]);
            ASSERT_NEAR(points[i].background_efficiency, expected.background, 1e-12)
                << "seed " << seed << " at " << kEfficiencies[i];
            ASSERT_EQ(points[i].background_rows, expected.background_rows) << "seed " << seed;
            if (expected.background > 1e-9) {
                ASSERT_NEAR(points[i].rejection * expected.background, 1, 1e-9) << "seed " << seed;
            }
        }
    }
}

// Scores by hand: signal 0.9 0.8 0.6 0.4, background 0.7 0.6 0.2 0.1. ROC points (eps_S, eps_B):
// (1/4, 0) (1/2, 0) (1/2, 1/4) (3/4, 1/2) (1, 1/2) ...
const std::vector<double> kScores{0.9, 0.8, 0.6, 0.4, 0.7, 0.6, 0.2, 0.1};
const std::vector<uint8_t> kSignal{1, 1, 1, 1, 0, 0, 0, 0};

TEST(WorkingPoint, InterpolatesBetweenNeighbouringRocPoints)
{
    const auto points = working_points(rank_sample(kScores, kSignal),
                                       std::vector<double>{0.5, 0.625, 0.75, 1.0});
    EXPECT_DOUBLE_EQ(points[0].background_efficiency, 0.0);
    EXPECT_DOUBLE_EQ(points[1].background_efficiency, 0.375);
    EXPECT_DOUBLE_EQ(points[1].rejection, 8.0 / 3.0);
    EXPECT_DOUBLE_EQ(points[2].rejection, 2.0);
    EXPECT_DOUBLE_EQ(points[3].rejection, 2.0);
    EXPECT_EQ(points[0].threshold, 0.8);
    EXPECT_EQ(points[2].threshold, 0.6);
    EXPECT_EQ(points[2].background_rows, 2);
}

TEST(WorkingPoint, ErrorIsBinomial)
{
    const auto point = working_points(rank_sample(kScores, kSignal), std::vector<double>{0.75})[0];
    EXPECT_DOUBLE_EQ(point.background_error, std::sqrt(0.5 * 0.5 / 4));
    EXPECT_DOUBLE_EQ(point.rejection_error, 4 * std::sqrt(0.5 * 0.5 / 4));  // d(1/e) = de / e^2
}

TEST(WorkingPoint, WeightedErrorFollowsTheSpreadOfReweightedCopies)
{
    // Background weights 3 (passing) and 1: var = [(1 - e)^2 sum_pass w^2 + e^2 sum_fail w^2] / W^2
    const std::vector<double> weights{1, 1, 1, 1, 3, 1, 1, 1};
    const auto point =
        working_points(rank_sample(kScores, kSignal, weights), std::vector<double>{0.75})[0];
    const double e = 4.0 / 6.0;
    EXPECT_DOUBLE_EQ(point.background_efficiency, e);
    EXPECT_DOUBLE_EQ(point.background_error,
                     std::sqrt((1 - e) * (1 - e) * (9 + 1) + e * e * (1 + 1)) / 6);
}

TEST(WorkingPoint, NoPassingRowGivesTheLimitOfClopperAndPearson)
{
    const auto point = working_points(rank_sample(kScores, kSignal), std::vector<double>{0.5})[0];
    EXPECT_TRUE(point.lower_limit);
    EXPECT_TRUE(std::isnan(point.rejection_error));
    // With this efficiency none of 4 rows passes one time in twenty.
    EXPECT_NEAR(std::pow(1 - 1 / point.rejection, 4), 0.05, 1e-12);
    EXPECT_THAT(rejection_text(point), testing::StartsWith("> 1.897 (95 % CL"));
}

TEST(WorkingPoint, LimitCountsEffectiveRowsWhenWeighted)
{
    const std::vector<double> weights{1, 1, 1, 1, 2, 2, 2, 2};
    const auto same =
        working_points(rank_sample(kScores, kSignal, weights), std::vector<double>{0.5})[0];
    EXPECT_NEAR(std::pow(1 - 1 / same.rejection, 4), 0.05, 1e-12);
    const std::vector<double> uneven{1, 1, 1, 1, 10, 1, 1, 1};
    const auto fewer =
        working_points(rank_sample(kScores, kSignal, uneven), std::vector<double>{0.5})[0];
    EXPECT_NEAR(std::pow(1 - 1 / fewer.rejection, 13.0 * 13.0 / 103.0), 0.05, 1e-12);
}

TEST(WorkingPoint, NegativeSumOfPassingWeightsBecomesALimit)
{
    const std::vector<double> weights{1, 1, 1, 1, -1, 1, 4, 4};
    const std::vector<double> efficiencies{0.51, 0.75};
    const auto points = working_points(rank_sample(kScores, kSignal, weights), efficiencies);
    EXPECT_LT(points[0].background_efficiency, 0);
    for (const auto& point : points) {
        EXPECT_TRUE(point.lower_limit);
        EXPECT_EQ(point.background_rows, 2);
        EXPECT_NEAR(point.rejection, 1 / (1.6448536 * point.background_error), 1e-6);
    }
}

TEST(WorkingPoint, RefusesEfficienciesOutsideZeroToOne)
{
    const auto sample = rank_sample(kScores, kSignal);
    for (const double bad : {0.0, -0.1, 1.01, std::nan("")})
        EXPECT_THAT(test::user_error([&] { working_points(sample, std::vector<double>{bad}); }),
                    testing::HasSubstr("out of range (above 0 and at most 1 wanted)"));
}

TEST(WorkingPoint, ReplicasFollowTheSameRule)
{
    for (uint32_t seed = 0; seed < 300; ++seed) {
        const auto t = toy(60, 3, seed);
        const auto plain = rank_sample(t.scores, t.signal);
        const std::vector<double> rising{0.05, 0.3, 0.5, 1.0};
        std::vector<double> found(rising.size());
        const auto weight = [&](uint32_t p) { return t.weights[plain.ranking.order[p]]; };
        double signal = 0, background = 0;
        for (size_t i = 0; i < t.scores.size(); ++i)
            (t.signal[i] ? signal : background) += t.weights[i];
        background_efficiencies(plain, weight, signal, background, rising, found);
        for (size_t i = 0; i < rising.size(); ++i)
            ASSERT_NEAR(found[i], test::first_crossing(t, t.weights, rising[i]).background, 1e-12);
    }
}

}  // namespace
}  // namespace jetsmith::analysis
