// SPDX-License-Identifier: Apache-2.0
// Several yes/no labels per row: every figure of a label is that of a binary tagger of its own.
#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "analysis/class_questions.h"
#include "analysis/confusion_matrix.h"
#include "analysis/evaluation.h"
#include "analysis/predictions.h"
#include "analysis/report_figures.h"
#include "analysis/run_table.h"
#include "tests/support/temp_folder.h"
#include "tests/support/temp_hdf5.h"
#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using test::user_error;
using testing::HasSubstr;
using testing::Not;

constexpr int64_t kRows = 300, kLabels = 3;

/// Labels that overlap, scores that know something of them, weights.
ScoreTable three_labels(uint32_t seed = 1)
{
    std::mt19937 generator(seed), truth(7);
    std::normal_distribution<double> normal;
    ScoreTable table;
    table.name = "tagger";
    table.rows = kRows;
    table.classes = kLabels;
    table.multi_label = true;
    table.class_names = {"top", "higgs", "heavy"};
    for (int64_t row = 0; row < kRows; ++row) {
        table.weights_N.push_back(0.5 + static_cast<double>(truth() % 100) / 50);
        table.source_rows_N.push_back(row);
        for (int64_t label = 0; label < kLabels; ++label) {
            const bool has = truth() % 10 < static_cast<uint32_t>(2 + 2 * label);
            table.targets_NL.push_back(has);
            table.scores_NC.push_back(static_cast<float>(
                1 / (1 + std::exp(-normal(generator) - (has ? 0.5 : -0.5)))));
        }
    }
    return table;
}

/// The binary tagger that one label is.
ScoreTable alone(const ScoreTable& table, int64_t label)
{
    ScoreTable one;
    one.name = table.name;
    one.rows = table.rows;
    one.classes = 1;
    one.weights_N = table.weights_N;
    for (int64_t row = 0; row < table.rows; ++row) {
        one.scores_NC.push_back(table.score(row, label));
        one.labels_N.push_back(table.targets_NL[row * table.classes + label]);
    }
    return one;
}

std::vector<Measured> values(const std::string& metric, const ScoreTable& table,
                             const EvaluateOptions& options = {})
{
    Config config(parse_yaml("type: " + metric, "test"), "", "");
    return Registry<Metric>::make(config)->values(table, options);
}

Measured named(const std::vector<Measured>& all, const std::string& name)
{
    for (const auto& measured : all)
        if (measured.name == name) return measured;
    ADD_FAILURE() << "no metric called " << name;
    return {};
}

TEST(MultiLabel, EveryMetricOfALabelIsThatOfItsOwnTagger)
{
    const ScoreTable table = three_labels();
    for (const auto& metric : Registry<Metric>::names()) {
        const auto all = values(metric, table);
        for (int64_t label = 0; label < kLabels; ++label)
            for (const auto& expected : values(metric, alone(table, label))) {
                const auto at = expected.name.find('@');
                auto name = expected.name;
                name.insert(std::min(at, name.size()), "[" + table.class_names[label] + "]");
                const auto seen = named(all, name);
                EXPECT_NEAR(seen.value, expected.value, 1e-9 * std::abs(expected.value)) << name;
                EXPECT_NEAR(seen.error, expected.error, 1e-9 * std::abs(expected.error)) << name;
            }
    }
}

TEST(MultiLabel, TheHeadlineIsTheMeanOverLabels)
{
    const ScoreTable table = three_labels();
    for (const char* metric : {"auc", "accuracy", "log_loss"}) {
        const auto all = values(metric, table);
        ASSERT_EQ(all.size(), 4U) << metric;
        EXPECT_EQ(all.front().name, metric);
        double mean = 0;
        for (int64_t label = 0; label < kLabels; ++label) mean += all[label + 1].value / kLabels;
        EXPECT_NEAR(all.front().value, mean, 1e-12);
    }
}

TEST(MultiLabel, ErrorsOfMeansKnowThatTheSameRowsAnswerAllLabels)
{
    // One label three times over has the error of one; three independent ones about 1 / sqrt 3.
    ScoreTable copies = three_labels();
    for (int64_t row = 0; row < kRows; ++row)
        for (int64_t label = 1; label < kLabels; ++label) {
            copies.scores_NC[row * kLabels + label] = copies.scores_NC[row * kLabels];
            copies.targets_NL[row * kLabels + label] = copies.targets_NL[row * kLabels];
        }
    for (const char* metric : {"auc", "accuracy", "log_loss"}) {
        const auto same = values(metric, copies);
        EXPECT_NEAR(same[0].error, same[1].error, 1e-9 * same[1].error) << metric;
        const auto all = values(metric, three_labels());
        const double independent =
            std::sqrt(all[1].error * all[1].error + all[2].error * all[2].error +
                      all[3].error * all[3].error) / 3;
        EXPECT_NEAR(all[0].error / independent, 1, 0.15) << metric;
    }
}

TEST(MultiLabel, ANamedSignalIsTheOnlyQuestion)
{
    EvaluateOptions options;
    options.signal = "higgs";
    const auto all = values("rejection", three_labels(), options);
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].name, "rejection[higgs]@0.3");
    EXPECT_TRUE(pair_questions(three_labels(), options).empty()) << "labels exclude nothing";
}

TEST(MultiLabel, LabelsThatAllRowsHaveAreNotAsked)
{
    ScoreTable table = three_labels();
    for (int64_t row = 0; row < kRows; ++row) table.targets_NL[row * kLabels + 1] = 1;
    EXPECT_EQ(values("auc", table).size(), 3U) << "mean, top, heavy";
    std::fill(table.targets_NL.begin(), table.targets_NL.end(), uint8_t{1});
    EXPECT_THAT(user_error([&] { values("auc", table); }), HasSubstr("of no label"));
}

TEST(MultiLabel, TheDocumentCountsRowsWithEachLabelAndHasNoConfusion)
{
    const ScoreTable table = three_labels();
    const EvaluateOptions options;
    const auto result = evaluate(std::span(&table, 1), options);
    const auto json = metrics_json(result, table, options);
    EXPECT_EQ(json["multi_label"], true);
    EXPECT_FALSE(json["taggers"][0].contains("confusion"));
    int64_t tops = 0;
    for (int64_t row = 0; row < kRows; ++row) tops += table.targets_NL[row * kLabels];
    EXPECT_EQ(json["classes"][0]["rows"], tops);
    EXPECT_EQ(json["classes"][0]["name"], "top");
    EXPECT_FALSE(json.contains("signal"));
    EXPECT_THAT(metrics_text(result, table, options),
                HasSubstr(fmt::format("rows: 300; with top {}", tops)));
    ASSERT_EQ(result.taggers[0].curves.size(), 3U);
    EXPECT_EQ(result.taggers[0].curves[2].name, "tagger[heavy]");
}

TEST(MultiLabel, BootstrapErrorsAgreeWithTheAnalyticOnes)
{
    EvaluateOptions options;
    options.bootstrap = 300;
    const ScoreTable table = three_labels();
    const auto metrics = evaluate(std::span(&table, 1), options).taggers[0].metrics;
    for (const char* name : {"auc", "auc[top]", "auc[heavy]", "accuracy"}) {
        const auto measured = named(metrics, name);
        ASSERT_TRUE(measured.details.contains("bootstrap_error")) << name;
        EXPECT_NEAR(measured.details.at("bootstrap_error") / measured.error, 1, 0.25) << name;
    }
}

TEST(MultiLabel, PredictionsComeBackWithTheirTargets)
{
    const test::TempFolder folder;
    Predictions predictions;
    predictions.table = three_labels();
    predictions.table.split = "val";
    write_predictions(folder.path() / "p.h5", predictions);
    const auto read = read_predictions(folder.path() / "p.h5").table;
    EXPECT_TRUE(read.multi_label);
    EXPECT_EQ(read.targets_NL, predictions.table.targets_NL);
    EXPECT_EQ(read.split, "val");
    EXPECT_TRUE(read.labels_N.empty());
    const auto scores = read_scores(folder.path() / "p.h5", {.scores = {"scores"}});
    EXPECT_TRUE(scores[0].multi_label) << "the file says so";
    EXPECT_EQ(values("auc", scores[0])[1].value, values("auc", predictions.table)[1].value);
    predictions.table.targets_NL.clear();
    write_predictions(folder.path() / "p.h5", predictions);
    EXPECT_FALSE(read_predictions(folder.path() / "p.h5").table.labelled());
}

TEST(MultiLabel, ScoresOfOtherProgramsAreReadWhenToldSo)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "s.h5";
    const ScoreTable table = three_labels();
    {
        test::Hdf5Writer file(path);
        std::vector<double> logits;
        for (const double p : table.scores_NC) logits.push_back(std::log(p / (1 - p)));
        file.dataset<double>("logits", logits, {kRows, kLabels});
        file.dataset<uint8_t>("truth", table.targets_NL, {kRows, kLabels});
        file.dataset<int64_t>("counts", std::vector<int64_t>(kRows * kLabels, 3), {kRows, kLabels});
        file.dataset<int64_t>("one", std::vector<int64_t>(kRows, 1), {kRows});
    }
    ScoreNames names{.scores = {"logits"}, .labels = "truth", .logits = true, .multi_label = true};
    const auto read = read_scores(path, names).front();
    for (size_t i = 0; i < read.scores_NC.size(); ++i)
        ASSERT_NEAR(read.scores_NC[i], table.scores_NC[i], 1e-12) << "a sigmoid each";
    names.labels = "counts";
    EXPECT_THAT(user_error([&] { values("auc", read_scores(path, names).front()); }),
                HasSubstr("dataset '/counts', row 0, label 0 is 3 (0 or 1 wanted)"));
    names.labels = "one";
    EXPECT_THAT(user_error([&] { read_scores(path, names); }), HasSubstr("rows and labels"));
    names.labels = "truth";
    names.multi_label = false;
    EXPECT_THAT(user_error([&] { read_scores(path, names); }), HasSubstr("--multi-label"));
}

TEST(MultiLabel, OneScorePerLabelIsWanted)
{
    ScoreTable table = three_labels();
    table.classes = 1;
    table.scores_NC.resize(kRows);
    EXPECT_THAT(user_error([&] { table.check_labelled(); }),
                HasSubstr("has 1 score columns for 3 yes/no labels"));
}

TEST(MultiLabel, ReportsDrawTheScoresOfEachLabelWithItAndWithoutIt)
{
    ReportRun run;
    run.predictions.emplace();
    run.predictions->table = three_labels();
    const auto figures = score_figures(run);
    ASSERT_EQ(figures.size(), 3U);
    const auto& curves = figures[1].figure.panels.front().curves;
    ASSERT_EQ(curves.size(), 2U);
    EXPECT_EQ(curves[0].name, "without higgs");
    EXPECT_EQ(curves[1].name, "with higgs");
    double sum = 0;
    for (const double share : curves[1].y) sum += share;
    EXPECT_NEAR(sum, 1, 1e-9) << "each normalised to one";
}

TEST(MultiLabel, TheTableHasAColumnPerLabelAndPairedDifferences)
{
    std::vector<RunRecord> runs(2);
    for (size_t i = 0; i < 2; ++i) {
        runs[i].name = i == 0 ? "first" : "second";
        runs[i].group = runs[i].name;
        runs[i].predictions.table = three_labels(static_cast<uint32_t>(i + 1));
        runs[i].predictions.table.split = "val";
    }
    const auto comparison = compare_runs(runs, TableOptions());
    EXPECT_THAT(comparison.classes, testing::ElementsAre("[top]", "[higgs]", "[heavy]"));
    const auto text = format_table(comparison, "text");
    EXPECT_THAT(text, HasSubstr("AUC[higgs]"));
    EXPECT_THAT(text, HasSubstr("validation rows: 300; with top"));
    EXPECT_THAT(text, HasSubstr("AUC: mean over labels"));
    EXPECT_THAT(text, Not(HasSubstr("1/eps_B")));
    ASSERT_EQ(comparison.rows[1].class_auc_differences.size(), 3U);
    EXPECT_GT(comparison.rows[1].class_auc_differences[1].error, 0);
}

}  // namespace
}  // namespace jetsmith::analysis
