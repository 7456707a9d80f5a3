// SPDX-License-Identifier: Apache-2.0
// Differences of runs of several classes on the same rows, against a bootstrap that counts every
// pair of rows.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "analysis/run_table.h"
#include "tests/analysis/brute_force.h"

namespace jetsmith::analysis {
namespace {

constexpr int64_t kRows = 120, kClasses = 3, kReplicas = 200;

/// The same rows for every seed; scores share most of their noise, as those of two networks do.
RunRecord run_of(uint32_t seed, const std::string& group, double skill)
{
    std::mt19937 rows(11), own(seed);
    std::normal_distribution<double> common, noise;
    RunRecord run;
    run.name = run.group = group;
    ScoreTable& table = run.predictions.table;
    table.rows = kRows;
    table.classes = kClasses;
    table.class_names = {"a", "b", "c"};
    for (int64_t row = 0; row < kRows; ++row) {
        const int64_t label = row % kClasses;
        table.labels_N.push_back(label);
        table.source_rows_N.push_back(row);
        table.weights_N.push_back(0.5 + static_cast<double>(rows() % 10) / 4);
        double sum = 0;
        std::array<double, kClasses> e{};
        for (int64_t c = 0; c < kClasses; ++c) {
            e[c] = std::exp(common(rows) + 0.4 * noise(own) + (c == label ? skill : 0));
            sum += e[c];
        }
        for (const double value : e) table.scores_NC.push_back(value / sum);
    }
    return run;
}

/// One question of a table as the brute-force reference wants it: class c against the rest, or
/// against class d by p_c / (p_c + p_d).
test::Toy toy_of(const ScoreTable& table, int64_t c, int64_t d, const std::vector<double>& weights)
{
    test::Toy t;
    for (int64_t row = 0; row < kRows; ++row) {
        const int64_t label = table.labels_N[row];
        if (d >= 0 && label != c && label != d) continue;
        const double s = table.score(row, c), b = d < 0 ? 1 - s : table.score(row, d);
        t.scores.push_back(s / (s + b));
        t.signal.push_back(label == c);
        t.weights.push_back(weights[row]);
    }
    return t;
}

double auc(const ScoreTable& table, int64_t c, int64_t d, const std::vector<double>& weights)
{
    const auto t = toy_of(table, c, d, weights);
    return test::pair_auc(t, t.weights);
}

double mean_over_pairs(const ScoreTable& table, const std::vector<double>& weights)
{
    return (auc(table, 0, 1, weights) + auc(table, 0, 2, weights) + auc(table, 1, 2, weights)) / 3;
}

/// Half the central 68 % of the differences over the replicas whose row counts are given.
template <typename Figure>
double brute_error(const ScoreTable& one, const ScoreTable& other, const Figure& figure)
{
    std::vector<double> differences;
    for (uint32_t replica = 0; replica < kReplicas; ++replica) {
        const auto counts = poisson_weights(kRows, 1, replica);
        std::vector<double> weights;
        for (int64_t row = 0; row < kRows; ++row)
            weights.push_back(counts[row] * one.weights_N[row]);
        differences.push_back(figure(other, weights) - figure(one, weights));
    }
    return central_half_width(differences);
}

TEST(ComparisonDifferences, OfEveryClassAndOfTheirMeanAreThoseOfABruteForceBootstrap)
{
    const std::vector<RunRecord> runs{run_of(1, "one", 0.5), run_of(2, "other", 0.9)};
    TableOptions options;
    options.bootstrap = kReplicas;
    const auto comparison = compare_runs(runs, options);
    const ScoreTable &one = runs[0].predictions.table, &other = runs[1].predictions.table;
    const auto& row = comparison.rows[1];
    ASSERT_EQ(row.class_auc_differences.size(), 3U);
    for (int64_t c = 0; c < kClasses; ++c) {
        const auto figure = [c](const ScoreTable& t, const auto& w) { return auc(t, c, -1, w); };
        const auto& difference = row.class_auc_differences[c];
        EXPECT_NEAR(difference.value, figure(other, one.weights_N) - figure(one, one.weights_N),
                    1e-12);
        EXPECT_NEAR(difference.error, brute_error(one, other, figure), 1e-12);
        EXPECT_LT(difference.error, 0.9 * std::hypot(row.class_aucs[c].error,
                                                     comparison.rows[0].class_aucs[c].error))
            << "both taggers share the luck of their rows";
    }
    const auto mean = [](const ScoreTable& t, const auto& w) { return mean_over_pairs(t, w); };
    EXPECT_NEAR(row.auc_difference->value, mean(other, one.weights_N) - mean(one, one.weights_N),
                1e-12);
    EXPECT_NEAR(row.auc_difference->error, brute_error(one, other, mean), 1e-12);
}

TEST(ComparisonDifferences, TheMeanOfPairsHasTheErrorOfABootstrap)
{
    const auto run = run_of(1, "one", 0.5);
    const auto comparison = compare_runs({run}, TableOptions());
    const ScoreTable& table = run.predictions.table;
    std::vector<double> aucs;
    for (uint32_t replica = 0; replica < 1000; ++replica) {
        const auto counts = poisson_weights(kRows, 5, replica);
        std::vector<double> weights;
        for (int64_t row = 0; row < kRows; ++row)
            weights.push_back(counts[row] * table.weights_N[row]);
        aucs.push_back(mean_over_pairs(table, weights));
    }
    EXPECT_NEAR(comparison.rows[0].auc.error / central_half_width(aucs), 1, 0.12);
}

TEST(ComparisonDifferences, OfSeveralRunsAreThoseOfTheirMedian)
{
    const std::vector<RunRecord> runs{run_of(1, "one", 0.5), run_of(2, "other", 0.9),
                                      run_of(3, "other", 0.9), run_of(4, "other", 0.9)};
    TableOptions options;
    options.bootstrap = kReplicas;
    const auto comparison = compare_runs(runs, options);
    ASSERT_EQ(comparison.rows.size(), 2U);
    const auto& row = comparison.rows[1];
    const auto median_auc = [&](const std::vector<double>& w) {
        std::vector<double> all;
        for (size_t r = 1; r < 4; ++r) all.push_back(auc(runs[r].predictions.table, 1, -1, w));
        std::sort(all.begin(), all.end());
        return all[1];
    };
    const ScoreTable& one = runs[0].predictions.table;
    EXPECT_NEAR(row.class_auc_differences[1].value,
                median_auc(one.weights_N) - auc(one, 1, -1, one.weights_N), 1e-12);
    std::vector<double> differences;
    for (uint32_t replica = 0; replica < kReplicas; ++replica) {
        const auto counts = poisson_weights(kRows, 1, replica);
        std::vector<double> weights;
        for (int64_t i = 0; i < kRows; ++i) weights.push_back(counts[i] * one.weights_N[i]);
        differences.push_back(median_auc(weights) - auc(one, 1, -1, weights));
    }
    EXPECT_NEAR(row.class_auc_differences[1].error, central_half_width(differences), 1e-12);
}

TEST(ComparisonDifferences, StandInEveryFormat)
{
    const std::vector<RunRecord> runs{run_of(1, "one", 0.5), run_of(2, "other", 0.9)};
    const auto comparison = compare_runs(runs, TableOptions());
    const auto json = nlohmann::json::parse(format_table(comparison, "json"));
    const auto& difference = comparison.rows[1].class_auc_differences[2];
    EXPECT_EQ(json["rows"][1]["difference"]["auc[c]"]["error"], difference.error);
    EXPECT_EQ(json["rows"][0]["auc[a]"]["value"], comparison.rows[0].class_aucs[0].value);
    EXPECT_THAT(format_table(comparison, "text"), testing::HasSubstr("minus one"));
    EXPECT_THAT(format_table(comparison, "csv"), testing::HasSubstr("auc[c]_difference_error"));
}

}  // namespace
}  // namespace jetsmith::analysis
