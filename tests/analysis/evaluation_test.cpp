// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation.h"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/bootstrap.h"
#include "core/atomic_file.h"
#include "core/parallel.h"
#include "tests/analysis/brute_force.h"
#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"

namespace jetsmith::analysis {
namespace {

using testing::HasSubstr;

ScoreTable table_of(const test::Toy& t, const std::string& name)
{
    ScoreTable table;
    table.name = name;
    table.rows = static_cast<int64_t>(t.scores.size());
    table.classes = 1;
    table.class_names = {"qcd", "top"};
    for (const double score : t.scores) table.scores_NC.push_back(1 / (1 + std::exp(-score)));
    table.labels_N.assign(t.signal.begin(), t.signal.end());
    return table;
}

/// Signal 0.9 0.8 0.6 0.4, background 0.7 0.6 0.2 0.1.
ScoreTable eight_rows()
{
    ScoreTable table = table_of({}, "toy");
    table.rows = 8;
    table.scores_NC = {0.9, 0.8, 0.6, 0.4, 0.7, 0.6, 0.2, 0.1};
    table.labels_N = {1, 1, 1, 1, 0, 0, 0, 0};
    return table;
}

// Programs read this document: a change of this text is a change of format_version. The numbers
// are those of the hand-made samples in the tests of AUC and working points.
constexpr auto kDocument = R"({
  "format_version": 1,
  "content": "metrics",
  "rows": 8,
  "weighted": false,
  "classes": [
    {"label": 0, "name": "qcd", "rows": 4, "sum_of_weights": 4.0},
    {"label": 1, "name": "top", "rows": 4, "sum_of_weights": 4.0}
  ],
  "signal": "top",
  "rejection_rule": "first-crossing, linear in eps_B: 1/eps_B where the signal efficiency, walked down from the highest score, first reaches eps_S; eps_B linear between neighbouring ROC points",
  "taggers": [{
    "name": "toy",
    "metrics": {
      "auc": {"value": 0.78125, "error": null, "lower_limit": false,
              "rule": "Mann-Whitney, ties half; error DeLong"},
      "accuracy": {"value": 0.625, "error": null, "lower_limit": false,
                   "rule": "score above 0.5; error binomial"},
      "rejection@0.5": {"value": null, "error": null, "lower_limit": true,
                        "rule": "first-crossing, linear in eps_B", "background_efficiency": 0.0,
                        "background_rows": 0.0, "signal_efficiency": 0.5, "threshold": 0.8},
      "rejection@0.75": {"value": 2.0, "error": 1.0, "lower_limit": false,
                         "rule": "first-crossing, linear in eps_B", "background_efficiency": 0.5,
                         "background_rows": 2.0, "signal_efficiency": 0.75, "threshold": 0.6}
    },
    "confusion": {"rows": [[2, 2], [1, 3]], "shares": [[0.5, 0.5], [0.25, 0.75]]}
  }]
})";

TEST(Evaluation, WritesAStableDocument)
{
    EvaluateOptions options;
    options.signal_efficiencies = {0.5, 0.75};
    const auto table = eight_rows();
    auto seen = metrics_json(evaluate(std::span(&table, 1), options), table, options);
    auto& metrics = seen["taggers"][0]["metrics"];
    EXPECT_NEAR(metrics["rejection@0.5"]["value"].get<double>(), 1.8974, 1e-3);
    EXPECT_NEAR(metrics["accuracy"]["error"].get<double>(), std::sqrt(0.625 * 0.375 / 8), 1e-12);
    EXPECT_GT(metrics["auc"]["error"].get<double>(), 0.05);
    metrics["rejection@0.5"]["value"] = nullptr;
    metrics["accuracy"]["error"] = nullptr;
    metrics["auc"]["error"] = nullptr;
    EXPECT_EQ(seen.dump(1), nlohmann::ordered_json::parse(kDocument).dump(1));
}

TEST(Evaluation, BootstrapErrorsStandBesideTheAnalyticOnes)
{
    EvaluateOptions options;
    options.bootstrap = 300;
    options.signal_efficiencies = {0.5};
    const auto t = test::toy(1000, 1000, 3);
    const auto table = table_of(t, "toy");
    const auto result = evaluate(std::span(&table, 1), options);
    const auto replicas = bootstrap({table.scores_NC, t.signal, {}, {}}, 1000, {},
                                    options.signal_efficiencies, 300, options.seed);
    for (const auto& measured : result.taggers[0].metrics) {
        ASSERT_TRUE(measured.details.contains("bootstrap_error")) << measured.name;
        EXPECT_NEAR(measured.details.at("bootstrap_error") / measured.error, 1, 0.6);
    }
    EXPECT_EQ(result.taggers[0].metrics[0].details.at("bootstrap_error"),
              central_half_width(replicas.auc));
    EXPECT_THAT(metrics_text(result, table, options), HasSubstr("300 Poisson bootstrap replicas"));
}

TEST(Evaluation, DoesNotDependOnTheNumberOfThreads)
{
    std::vector<ScoreTable> taggers;
    for (uint32_t seed = 0; seed < 5; ++seed)
        taggers.push_back(table_of(test::toy(500, 50, seed), "t" + std::to_string(seed)));
    const EvaluateOptions options;
    set_thread_count(1);
    const auto one = metrics_json(evaluate(taggers, options), taggers[0], options);
    set_thread_count(4);
    const auto four = metrics_json(evaluate(taggers, options), taggers[0], options);
    set_thread_count(0);
    EXPECT_EQ(one, four);
}

TEST(Evaluation, FolderGetsMetricsAndCurve)
{
    const test::TempFolder folder;
    const auto table = eight_rows();
    const auto text = write_evaluation(folder.path(), table, {});
    EXPECT_THAT(text, HasSubstr("rows: 4 qcd, 4 top"));
    EXPECT_THAT(text, HasSubstr("first reaches eps_S"));
    EXPECT_EQ(nlohmann::json::parse(read_text(folder.path() / "metrics.json"))["rows"], 8);
    std::istringstream curve(read_text(folder.path() / "roc.csv"));
    std::string line;
    std::getline(curve, line);
    EXPECT_EQ(line,
              "tagger,signal_efficiency,background_efficiency,background_efficiency_error,"
              "rejection,rejection_error,rejection_is_lower_limit,background_rows,threshold");
    int lines = 0;
    while (std::getline(curve, line)) {
        if (line.starts_with("toy,0.625,")) {
            EXPECT_THAT(line, testing::StartsWith("toy,0.625,0.375,0.242"));
        }
        ++lines;
    }
    EXPECT_EQ(lines, 200);
}

TEST(Evaluation, OfManyClassesHasACurvePerClassAndNoPairsOnTheTerminal)
{
    ScoreTable table;
    table.name = "toy";
    table.rows = 6;
    table.classes = 3;
    table.scores_NC = {0.7, 0.2, 0.1, 0.3, 0.4, 0.3, 0.2, 0.5, 0.3,
                       0.5, 0.3, 0.2, 0.1, 0.2, 0.7, 0.2, 0.5, 0.3};
    table.labels_N = {0, 0, 1, 1, 2, 2};
    const auto result = evaluate(std::span(&table, 1), {});
    EXPECT_EQ(result.taggers[0].curves.size(), 3U);
    const auto text = metrics_text(result, table, {});
    EXPECT_THAT(text, HasSubstr("auc[class 2]"));
    EXPECT_THAT(text, testing::Not(HasSubstr("|")));
    EXPECT_FALSE(metrics_json(result, table, {}).contains("signal"));
}

TEST(Evaluation, EnsemblesNeedSeveralBinaryRuns)
{
    const auto table = eight_rows();
    EXPECT_THAT(test::user_error([&] { ensembles_of(std::span(&table, 1), {}); }),
                HasSubstr("an ensemble needs several runs"));
}

}  // namespace
}  // namespace jetsmith::analysis
