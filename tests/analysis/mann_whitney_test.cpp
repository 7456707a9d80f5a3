// SPDX-License-Identifier: Apache-2.0
#include "analysis/mann_whitney.h"

#include <gmock/gmock.h>

#include "tests/analysis/brute_force.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using test::pair_auc;
using test::toy;

std::vector<double> ones(size_t n) { return std::vector<double>(n, 1.0); }

TEST(Auc, EqualsTheShareOfWonPairsForThousandsOfSmallSamples)
{
    for (uint32_t seed = 0; seed < 3000; ++seed) {
        const auto t = toy(2 + static_cast<int>(seed % 60), 1 + static_cast<int>(seed % 7), seed);
        const auto plain = mann_whitney_auc(rank_sample(t.scores, t.signal));
        ASSERT_NEAR(plain.value, pair_auc(t, ones(t.scores.size())), 1e-12) << "seed " << seed;
        const auto weighted = mann_whitney_auc(rank_sample(t.scores, t.signal, t.weights));
        ASSERT_NEAR(weighted.value, pair_auc(t, t.weights), 1e-12) << "seed " << seed;
    }
}

TEST(Auc, CountsNegativeWeightsWithTheirSign)
{
    for (uint32_t seed = 0; seed < 500; ++seed) {
        const auto t = toy(80, 3, seed, /*negative_weights=*/true);
        const auto auc = mann_whitney_auc(rank_sample(t.scores, t.signal, t.weights));
        ASSERT_NEAR(auc.value, pair_auc(t, t.weights), 1e-11) << "seed " << seed;
    }
}

TEST(Auc, CountsTiesHalfAndKnowsPerfectAndReversedTaggers)
{
    const std::vector<uint8_t> signal{1, 1, 0, 0};
    const auto value = [&](std::vector<double> scores) {
        return mann_whitney_auc(rank_sample(scores, signal)).value;
    };
    EXPECT_EQ(value({3, 4, 1, 2}), 1.0);
    EXPECT_EQ(value({1, 2, 3, 4}), 0.0);
    EXPECT_EQ(value({7, 7, 7, 7}), 0.5);
    EXPECT_EQ(value({2, 1, 1, 0}), 0.875);  // won, won, tied, won
    EXPECT_EQ(value({0.0, 1, -0.0, -1}), 0.875) << "0.0 and -0.0 are one score";
    EXPECT_EQ(value({INFINITY, 1, 1, -INFINITY}), 0.875);
}

TEST(Auc, TellsApartScoresThatDifferOnlyInDoublePrecision)
{
    const std::vector<double> scores{1.0 + 1e-15, 1.0};
    EXPECT_EQ(mann_whitney_auc(rank_sample(scores, std::vector<uint8_t>{1, 0})).value, 1.0);
    EXPECT_EQ(mann_whitney_auc(rank_sample(scores, std::vector<uint8_t>{0, 1})).value, 0.0);
}

/// DeLong's variance from the placements of all rows, as in the paper: S10 / m + S01 / n.
double delong(const test::Toy& t)
{
    std::vector<double> v10, v01;
    const auto placement = [&](size_t i) {
        double sum = 0, count = 0;
        for (size_t j = 0; j < t.scores.size(); ++j) {
            if (t.signal[j] == t.signal[i]) continue;
            const double s = t.signal[i] ? t.scores[i] : t.scores[j];
            const double b = t.signal[i] ? t.scores[j] : t.scores[i];
            sum += s > b ? 1 : s == b ? 0.5 : 0;
            ++count;
        }
        return sum / count;
    };
    for (size_t i = 0; i < t.scores.size(); ++i)
        (t.signal[i] ? v10 : v01).push_back(placement(i));
    const auto over_n = [](const std::vector<double>& v) {
        double mean = 0, squares = 0;
        for (const double x : v) mean += x / static_cast<double>(v.size());
        for (const double x : v) squares += (x - mean) * (x - mean);
        return squares / static_cast<double>((v.size() - 1) * v.size());
    };
    return std::sqrt(over_n(v10) + over_n(v01));
}

TEST(Auc, ErrorIsThatOfDeLong)
{
    for (uint32_t seed = 0; seed < 200; ++seed) {
        const auto t = toy(50, 4, seed);
        const auto auc = mann_whitney_auc(rank_sample(t.scores, t.signal));
        ASSERT_NEAR(auc.error, delong(t), 1e-12) << "seed " << seed;
    }
}

TEST(Auc, InfluencesOfTheRowsHaveTheErrorAsTheirLength)
{
    for (uint32_t seed = 0; seed < 200; ++seed) {
        const auto t = toy(60, 4, seed);
        for (const auto& weights : {std::vector<double>{}, t.weights}) {
            const auto sample = rank_sample(t.scores, t.signal, weights);
            const auto whole = mann_whitney_auc(sample);
            const auto rows = auc_influence(sample);
            double squares = 0;
            for (const double i : rows.influence) squares += i * i;
            ASSERT_NEAR(rows.auc, whole.value, 1e-12) << "seed " << seed;
            ASSERT_NEAR(std::sqrt(squares), whole.error, 1e-9) << "seed " << seed;
        }
    }
}

TEST(Auc, AnInfluenceIsWhatTheRowAddsWhenItsWeightGrows)
{
    // To first order in 1 / rows: AUC with the row counted a little more, minus AUC.
    const auto t = toy(400, 50, 3);
    const auto rows = auc_influence(rank_sample(t.scores, t.signal, t.weights));
    for (size_t row = 0; row < 400; row += 37) {
        auto weights = t.weights;
        const double more = 1e-6;
        weights[row] *= 1 + more;
        const double derivative =
            (pair_auc(t, weights) - pair_auc(t, t.weights)) / more;
        EXPECT_NEAR(rows.influence[row], derivative, 0.01 * std::abs(derivative) + 1e-8) << row;
    }
}

TEST(Auc, ErrorCoversTheTruthTwoTimesInThreeWithWeights)
{
    // Scores of two normal distributions one unit apart: AUC = Phi(1 / sqrt 2). Weights do not
    // depend on the score, so they leave the truth and widen the error.
    const double truth = 0.5 * std::erfc(-0.5);
    int covered = 0;
    constexpr int kToys = 1000;
    std::mt19937 generator(5);
    std::normal_distribution<double> normal;
    for (int i = 0; i < kToys; ++i) {
        test::Toy t;
        for (int row = 0; row < 400; ++row) {
            t.signal.push_back(row % 2);
            t.scores.push_back(normal(generator) + row % 2);
            t.weights.push_back(generator() % 10 == 0 ? 6.0 : 1.0);
        }
        const auto auc = mann_whitney_auc(rank_sample(t.scores, t.signal, t.weights));
        covered += std::abs(auc.value - truth) < auc.error;
    }
    EXPECT_NEAR(covered / double{kToys}, 0.6827, 0.05);
}

TEST(Auc, RefusesSamplesWithoutTwoClassesOrWithoutWeight)
{
    using test::user_error;
    const std::vector<double> scores{1, 2};
    const std::vector<uint8_t> signal{1, 1}, mixed{1, 0};
    EXPECT_THAT(user_error([&] { rank_sample(scores, signal); }),
                testing::HasSubstr("there is no background row"));
    EXPECT_THAT(user_error([&] { rank_sample({}, {}); }), testing::HasSubstr("no signal row"));
    const std::vector<double> weights{1, -1};
    EXPECT_THAT(user_error([&] { rank_sample(scores, mixed, weights); }),
                testing::HasSubstr("weights of the background add up to -1"));
}

TEST(Auc, ErrorIsUnknownForOneRowOfAClass)
{
    const std::vector<double> scores{1, 2, 3};
    const auto auc = mann_whitney_auc(rank_sample(scores, std::vector<uint8_t>{0, 0, 1}));
    EXPECT_EQ(auc.value, 1.0);
    EXPECT_TRUE(std::isnan(auc.error));
}

}  // namespace
}  // namespace jetsmith::analysis
