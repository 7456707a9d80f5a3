// SPDX-License-Identifier: Apache-2.0
#include "analysis/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/mann_whitney.h"
#include "analysis/working_point.h"
#include "core/parallel.h"
#include "tests/analysis/brute_force.h"

namespace jetsmith::analysis {
namespace {

BinarySample sample_of(const test::Toy& t, bool weighted)
{
    return {t.scores, t.signal, weighted ? t.weights : std::vector<double>{}, {}};
}

TEST(Bootstrap, EveryReplicaIsTheMetricOfTheReweightedRows)
{
    const std::vector<double> wanted{0.5, 0.2};
    for (const bool weighted : {false, true}) {
        const auto t = test::toy(60, 4, 9);
        const std::vector<double> right(t.signal.begin(), t.signal.end());
        const auto replicas = bootstrap(sample_of(t, weighted), 60, right, wanted, 40, 77);
        for (uint32_t replica = 0; replica < 40; ++replica) {
            const auto counts = poisson_weights(60, 77, replica);
            std::vector<double> weights(60);
            double good = 0, all = 0;
            for (size_t i = 0; i < 60; ++i) {
                weights[i] = counts[i] * (weighted ? t.weights[i] : 1.0);
                all += weights[i];
                good += right[i] ? weights[i] : 0;
            }
            EXPECT_NEAR(replicas.auc[replica], test::pair_auc(t, weights), 1e-12);
            EXPECT_NEAR(replicas.accuracy[replica], good / all, 1e-12);
            for (size_t e = 0; e < wanted.size(); ++e)
                EXPECT_NEAR(replicas.background_efficiency[e][replica],
                            test::first_crossing(t, weights, wanted[e]).background, 1e-12);
        }
    }
}

TEST(Bootstrap, WeightsFollowAPoissonDistributionOfMeanOne)
{
    constexpr int64_t kRows = 1'000'000;
    const auto weights = poisson_weights(kRows, 1, 0);
    std::vector<double> counts(20);
    for (const uint8_t w : weights) ++counts.at(w);
    double expected = std::exp(-1.0);
    for (int k = 0; k < 8; expected /= ++k)
        EXPECT_NEAR(counts[k] / kRows, expected, 5 * std::sqrt(expected / kRows)) << "value " << k;
}

TEST(Bootstrap, WeightOfARowDependsOnSeedReplicaAndRowAlone)
{
    const auto few = poisson_weights(1001, 5, 3), many = poisson_weights(5000, 5, 3);
    EXPECT_TRUE(std::equal(few.begin(), few.end(), many.begin()));
    EXPECT_NE(few, poisson_weights(1001, 6, 3));
    EXPECT_NE(few, poisson_weights(1001, 5, 4));
}

TEST(Bootstrap, IsTheSameWithOneAndFourThreads)
{
    const auto t = test::toy(200, 10, 2);
    const std::vector<double> wanted{0.3};
    set_thread_count(1);
    const auto one = bootstrap(sample_of(t, true), 200, {}, wanted, 50, 1);
    set_thread_count(4);
    const auto four = bootstrap(sample_of(t, true), 200, {}, wanted, 50, 1);
    set_thread_count(0);
    EXPECT_EQ(one.auc, four.auc);
    EXPECT_EQ(one.background_efficiency, four.background_efficiency);
}

TEST(Bootstrap, ErrorsAgreeWithTheAnalyticOnes)
{
    const auto t = test::toy(4000, 1000, 11);
    const std::vector<double> wanted{0.5};
    for (const bool weighted : {false, true}) {
        const auto sample = sample_of(t, weighted);
        const auto replicas = bootstrap(sample, 4000, {}, wanted, 2000, 1);
        const auto ranked = rank_sample(sample.scores, sample.signal, sample.weights);
        const double auc_error = mann_whitney_auc(ranked).error;
        EXPECT_NEAR(central_half_width(replicas.auc) / auc_error, 1, 0.08);
        // The analytic error leaves out that the threshold moves with the signal: slightly smaller.
        const double ratio = central_half_width(replicas.background_efficiency[0]) /
                             working_points(ranked, wanted)[0].background_error;
        EXPECT_GT(ratio, 0.92);
        EXPECT_LT(ratio, 1.6);
    }
}

TEST(Bootstrap, PairedDifferenceOfEqualTaggersHasNoError)
{
    const auto t = test::toy(500, 50, 21);
    auto shifted = t;  // another monotone scale: the same tagger
    for (auto& score : shifted.scores) score = std::exp(score);
    const auto first = bootstrap(sample_of(t, false), 500, {}, {}, 100, 1);
    const auto second = bootstrap(sample_of(shifted, false), 500, {}, {}, 100, 1);
    EXPECT_EQ(paired_difference(0, first.auc, second.auc).error, 0);
    const auto other = bootstrap(sample_of(shifted, false), 500, {}, {}, 100, 2);
    EXPECT_GT(paired_difference(0, first.auc, other.auc).error, 0);
}

TEST(Bootstrap, ReplicasWithoutAClassAreLeftOut)
{
    const test::Toy t{{1, 2}, {1, 1}, {0, 1}};
    const auto replicas = bootstrap(sample_of(t, false), 2, {}, {}, 200, 1);
    int lost = 0;
    for (uint32_t r = 0; r < 200; ++r) {
        const auto w = poisson_weights(2, 1, r);
        EXPECT_EQ(std::isnan(replicas.auc[r]), w[0] == 0 || w[1] == 0);
        lost += w[0] == 0 || w[1] == 0;
    }
    EXPECT_GT(lost, 50);
    EXPECT_EQ(central_half_width(replicas.auc), 0);
}

TEST(Quantile, InterpolatesLinearlyAndLeavesNanOut)
{
    EXPECT_DOUBLE_EQ(quantile({4, 1, 3, 2}, 0.5), 2.5);
    EXPECT_DOUBLE_EQ(quantile({4, NAN, 1}, 1.0), 4);
    EXPECT_EQ(quantile({1, INFINITY, INFINITY}, 0.9), INFINITY);
    EXPECT_TRUE(std::isnan(quantile({NAN}, 0.5)));
}

}  // namespace
}  // namespace jetsmith::analysis
