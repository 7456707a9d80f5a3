// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace jetsmith::analysis {
namespace {

using testing::HasSubstr;

WorkingPoint point(double signal, double background, double error, bool limit = false)
{
    WorkingPoint p;
    p.signal_efficiency = signal, p.background_efficiency = background, p.background_error = error;
    p.lower_limit = limit;
    return p;
}

ReportRun run_with_curve(const std::string& name, double factor)
{
    ReportRun run;
    run.name = name;
    run.curves = {
        {name,
         {point(0.1, 0, 0, true), point(0.5, 0.01 / factor, 0.002 / factor), point(1, 1, 0)}}};
    return run;
}

TEST(RocFigures, TheLineEndsWhereNoBackgroundPassesAndTheBandIsOfTheEfficiency)
{
    const auto figures = roc_figures(std::vector{run_with_curve("cnn", 1)});
    ASSERT_EQ(figures.size(), 1U);
    EXPECT_EQ(figures[0].file, "roc");
    const Curve& line = figures[0].figure.panels.at(0).curves.at(0);
    EXPECT_TRUE(std::isnan(line.y[0]));
    EXPECT_DOUBLE_EQ(line.y[1], 100);
    EXPECT_DOUBLE_EQ(line.low[1], 1 / 0.012);
    EXPECT_DOUBLE_EQ(line.high[1], 1 / 0.008);
    EXPECT_DOUBLE_EQ(line.y[2], 1);
    EXPECT_EQ(figures[0].figure.panels.size(), 1U) << "nothing to compare with";
}

TEST(RocFigures, SeveralRunsHaveARatioToTheFirst)
{
    const auto figures = roc_figures(std::vector{run_with_curve("a", 1), run_with_curve("b", 1.5)});
    const auto& panels = figures.at(0).figure.panels;
    ASSERT_EQ(panels.size(), 2U);
    EXPECT_DOUBLE_EQ(panels[1].curves.at(0).y[1], 1);
    EXPECT_DOUBLE_EQ(panels[1].curves.at(1).y[1], 1.5);
    EXPECT_DOUBLE_EQ(panels[1].curves.at(1).y[2], 1);
}

TEST(RocFigures, EachClassOfManyHasItsOwnFigure)
{
    ReportRun run;
    run.curves = {{"cnn[W]", {point(1, 1, 0)}}, {"cnn[top/b]", {point(1, 1, 0)}}};
    const auto figures = roc_figures(std::vector{run});
    ASSERT_EQ(figures.size(), 2U);
    EXPECT_EQ(figures[0].file, "roc_W");
    EXPECT_EQ(figures[1].file, "roc_top_b");
    EXPECT_THAT(figures[1].caption, HasSubstr("top/b against the other classes"));
}

/// Scores of one column for labels 0 and 1.
ReportRun run_with_scores(std::vector<double> scores, std::vector<int64_t> labels,
                          std::vector<double> weights = {})
{
    ReportRun run;
    run.predictions.emplace();
    ScoreTable& table = run.predictions->table;
    table.rows = static_cast<int64_t>(scores.size()), table.classes = 1;
    table.scores_NC = std::move(scores), table.labels_N = std::move(labels);
    table.weights_N = std::move(weights);
    return run;
}

TEST(ScoreFigures, EveryClassSumsToOneWithWhatLiesOutside)
{
    std::vector<double> scores, weights;
    std::vector<int64_t> labels;
    for (int i = 0; i < 1000; ++i) {
        scores.push_back(i == 0 ? -1e9 : i == 1 ? 1e9 : i % 97);
        labels.push_back(i % 2);
        weights.push_back(1 + i % 3);
    }
    const auto figures = score_figures(run_with_scores(scores, labels, weights));
    ASSERT_EQ(figures.size(), 1U);
    const auto& curves = figures[0].figure.panels.at(0).curves;
    ASSERT_EQ(curves.size(), 2U);
    for (const Curve& curve : curves) {
        EXPECT_NEAR(std::accumulate(curve.y.begin(), curve.y.end(), 0.0), 1, 1e-12);
        EXPECT_EQ(curve.x.size(), curve.y.size() + 1);
    }
    EXPECT_GT(curves[0].y.front(), 0) << "the row at -1e9";
    EXPECT_EQ(curves[1].y.front(), 0);
    EXPECT_EQ(figures[0].figure.x.extra_tics.size(), 2U);
}

TEST(ScoreFigures, ProbabilitiesFillTheUnitIntervalAndErrorsAreOfTheWeights)
{
    const auto figures = score_figures(run_with_scores({0.01, 0.012, 0.99}, {0, 0, 1}, {3, 1, 2}));
    const Curve& background = figures.at(0).figure.panels.at(0).curves.at(0);
    EXPECT_DOUBLE_EQ(background.x.front(), 0);
    EXPECT_DOUBLE_EQ(background.x.back(), 1);
    EXPECT_DOUBLE_EQ(background.y.front(), 1);
    EXPECT_DOUBLE_EQ(background.high.front() - 1, std::sqrt(3.0 * 3 + 1) / 4);
    EXPECT_TRUE(score_figures(run_with_scores({0.1}, {})).empty()) << "no labels";
}

TEST(RejectionFigures, EachBinHasItsOwnThreshold)
{
    // At low mass a background row in 10 beats the better half of the signal, at high mass 1 in 2.
    ReportRun run = run_with_scores({}, {});
    ScoreTable& table = run.predictions->table;
    for (int i = 0; i < 4000; ++i) {
        const bool heavy = i % 4 >= 2, signal = i % 2;
        const int k = i / 4;
        const bool passes = heavy ? k % 2 == 0 : k % 10 == 0;
        table.labels_N.push_back(signal);
        table.scores_NC.push_back(heavy * 10 + (signal ? (k % 2 ? 3 : 1) : passes ? 5 : 0));
        table.observers["mass"].push_back((heavy ? 200 : 100) + 0.01 * k);
    }
    table.rows = 4000;
    run.metrics = nlohmann::ordered_json::parse(
        R"({"taggers": [{"metrics": {"rejection@0.5": {"value": 1}}}]})");
    const auto figures = rejection_figures(std::vector{run});
    ASSERT_EQ(figures.size(), 1U);
    EXPECT_EQ(figures[0].file, "rejection_mass");
    EXPECT_EQ(figures[0].figure.x.label, "jet mass [GeV]");
    const Curve& curve = figures[0].figure.panels.at(0).curves.at(0);
    ASSERT_GE(curve.y.size(), 4U);
    EXPECT_NEAR(curve.y.front(), 10, 1.5);
    EXPECT_NEAR(curve.y.back(), 2, 0.2);
    for (size_t i = 0; i < curve.y.size(); ++i) {
        EXPECT_GE(curve.x[i], curve.x_low[i]);
        EXPECT_LE(curve.x[i], curve.x_high[i]);
    }
}

TEST(HistoryFigures, ShowLossTheChosenMetricAndTheRate)
{
    ReportRun run;
    run.select = "rejection@0.3";
    run.history = {{"epoch", "train_loss", "val_loss", "val_auc", "val_rejection@0.3", "lr"},
                   {{1, 2}, {0.6, 0.4}, {0.5, 0.45}, {0.9, 0.95}, {100, 150}, {1e-3, 5e-4}}};
    const auto figures = history_figures(std::vector{run});
    ASSERT_EQ(figures.size(), 3U);
    EXPECT_EQ(figures[0].figure.panels[0].curves.size(), 2U);
    EXPECT_EQ(figures[1].figure.panels[0].y.label, "1/ε_B at ε_S = 0.3 (validation)");
    EXPECT_EQ(figures[1].figure.panels[0].curves[0].y, (std::vector<double>{100, 150}));
    EXPECT_EQ(figures[2].file, "learning_rate");
    EXPECT_TRUE(history_figures(std::vector{ReportRun()}).empty());
}

TEST(FileStem, IsSafeInAFileName)
{
    EXPECT_EQ(file_stem("../top quark (b)"), "_top_quark_b");
    EXPECT_EQ(file_stem("pt-1"), "pt-1");
}

}  // namespace
}  // namespace jetsmith::analysis
