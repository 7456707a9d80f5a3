// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "analysis/confusion_matrix.h"
#include "analysis/evaluate_options.h"
#include "analysis/predictions.h"
#include "tests/analysis/brute_force.h"
#include "tests/support/temp_folder.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

std::vector<Measured> values(const ScoreTable& table, const std::string& rejections)
{
    Config config(parse_yaml("type: signal_efficiency\nrejections: " + rejections, "test"), "m", "");
    return Registry<Metric>::make(config)->values(table, {});
}

ScoreTable table_of(const test::Toy& toy, bool weighted)
{
    ScoreTable table;
    table.name = "toy";
    table.rows = static_cast<int64_t>(toy.scores.size());
    table.classes = 1;
    table.probabilities = false;
    table.scores_NC = toy.scores;
    table.labels_N.assign(toy.signal.begin(), toy.signal.end());
    if (weighted) table.weights_N = toy.weights;
    return table;
}

/// Every threshold in turn from above, by the definition.
double by_definition(const test::Toy& toy, const std::vector<double>& weights, double wanted)
{
    std::set<double> thresholds(toy.scores.begin(), toy.scores.end());
    test::Efficiencies before;
    for (auto threshold = thresholds.rbegin(); threshold != thresholds.rend(); ++threshold) {
        const auto here = test::efficiencies(toy, weights, *threshold);
        if (here.background >= wanted - 1e-12) {
            const double t = (wanted - before.background) / (here.background - before.background);
            return before.signal + t * (here.signal - before.signal);
        }
        before = here;
    }
    return 1;
}

TEST(SignalEfficiency, FollowsItsDefinitionWithTiesAndWeights)
{
    for (const bool weighted : {false, true})
        for (const int levels : {2, 1000}) {
            const auto toy = test::toy(700, levels, 11);
            const auto weights = weighted ? toy.weights : std::vector<double>(700, 1.0);
            const auto found = values(table_of(toy, weighted), "[1, 2.5, 10, 100]");
            const double rejections[] = {1, 2.5, 10, 100};
            for (size_t i = 0; i < 4; ++i)
                EXPECT_NEAR(found[i].value, by_definition(toy, weights, 1 / rejections[i]), 1e-9)
                    << rejections[i];
            EXPECT_EQ(found[2].name, "signal_efficiency@10");
        }
}

/// The quoted error against the spread over many samples of the same two Gaussians.
TEST(SignalEfficiency, ItsErrorIsTheSpreadOverRepeatedExperiments)
{
    std::mt19937 generator(3);
    std::normal_distribution<double> normal;
    std::vector<double> seen;
    double quoted = 0;
    constexpr int kExperiments = 400;
    for (int k = 0; k < kExperiments; ++k) {
        ScoreTable table;
        table.rows = 1500;
        table.classes = 1;
        for (int64_t i = 0; i < table.rows; ++i) {
            table.labels_N.push_back(i % 3 == 0);
            table.scores_NC.push_back(normal(generator) + (i % 3 == 0 ? 1.5 : 0.0));
        }
        const auto measured = values(table, "[20]").front();
        seen.push_back(measured.value);
        quoted += measured.error / kExperiments;
    }
    double mean = 0, variance = 0;
    for (const double v : seen) mean += v / kExperiments;
    for (const double v : seen) variance += (v - mean) * (v - mean) / (kExperiments - 1);
    EXPECT_NEAR(quoted / std::sqrt(variance), 1.0, 0.15);
}

TEST(SignalEfficiency, RejectionsBelowOneAreRefused)
{
    EXPECT_THAT(test::user_error([] { values({}, "[0.5]"); }), testing::HasSubstr("at least 1"));
}

TEST(AnomalyScore, DecidesNothingAndStaysOneThroughTheFile)
{
    const test::TempFolder folder;
    Predictions predictions;
    predictions.table = table_of(test::toy(20, 10, 2), false);
    for (double& score : predictions.table.scores_NC) score = 1 / (1 + std::exp(-score));
    EXPECT_FALSE(decisions_defined(predictions.table)) << "although all scores lie in [0, 1]";
    predictions.latents = 2;
    for (int i = 0; i < 40; ++i) predictions.latent_NL.push_back(0.5F * static_cast<float>(i));
    write_predictions(folder.path() / "predictions.h5", predictions);
    const auto read = read_predictions(folder.path() / "predictions.h5");
    EXPECT_FALSE(read.table.probabilities);
    EXPECT_EQ(read.latents, 2);
    EXPECT_EQ(read.latent_NL, predictions.latent_NL);
}

}  // namespace
}  // namespace jetsmith::analysis
