// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/report_figures.h"
#include "analysis/report_histogram.h"

namespace jetsmith::analysis {
namespace {

using testing::HasSubstr;

/// 1000 background rows whose mass is their number, then 100 signal rows of mass 5000; two latent
/// dimensions: number and label.
ReportRun run_with_scores(double (*score)(int64_t row))
{
    Predictions predictions;
    ScoreTable& table = predictions.table;
    table.rows = 1100, table.classes = 1, table.probabilities = false;
    table.class_names = {"qcd", "top"};
    predictions.latents = 2;
    for (int64_t row = 0; row < table.rows; ++row) {
        const bool signal = row >= 1000;
        table.scores_NC.push_back(score(row));
        table.labels_N.push_back(signal);
        table.observers["mass"].push_back(signal ? 5000 : static_cast<double>(row));
        predictions.latent_NL.insert(predictions.latent_NL.end(),
                                     {static_cast<float>(row), signal ? 1.0F : 0.0F});
    }
    ReportRun run;
    run.predictions = predictions;
    return run;
}

double rising(int64_t row) { return static_cast<double>(row); }
double scattered(int64_t row) { return static_cast<double>(row * 389 % 1000); }

Histogram bins(double first, double second) { return {{0, 1, 2}, {first, second}, {0, 0}}; }

TEST(JensenShannon, IsWhatItsDefinitionSays)
{
    EXPECT_EQ(jensen_shannon(bins(3, 5), bins(6, 10)), 0) << "of shapes alone";
    EXPECT_DOUBLE_EQ(jensen_shannon(bins(7, 0), bins(0, 2)), 1);
    // H(3/4, 1/4) - (H(1/2, 1/2) + H(1, 0)) / 2 with H(3/4, 1/4) = 2 - 3/4 log2(3).
    EXPECT_NEAR(jensen_shannon(bins(1, 1), bins(1, 0)), 1.5 - 0.75 * std::log2(3), 1e-12);
    Histogram outside = bins(0, 0);
    outside.overflow = 4;
    EXPECT_DOUBLE_EQ(jensen_shannon(bins(1, 1), outside), 1) << "the outer bins count";
}

TEST(SculptingFigures, AScoreThatIsTheMassLeavesTheHighestMasses)
{
    const auto figures = sculpting_figures(run_with_scores(rising));
    ASSERT_EQ(figures.size(), 1U);
    const auto& curves = figures[0].figure.panels.at(0).curves;
    ASSERT_EQ(curves.size(), 4U);
    const Curve& tenth = curves[2];
    EXPECT_EQ(tenth.name, "ε_B = 10 %");
    for (size_t i = 0; i < tenth.y.size(); ++i) {
        if (tenth.x[i + 1] < 900) EXPECT_EQ(tenth.y[i], 0) << tenth.x[i];
    }
    EXPECT_GT(tenth.y.back(), 0.3);
    EXPECT_THAT(figures[0].caption, HasSubstr("at 10 % (100 rows)"));
}

TEST(SculptingFigures, AScoreWithoutMassLeavesTheSpectrumAsItIs)
{
    const auto figures = sculpting_figures(run_with_scores(scattered));
    ASSERT_EQ(figures.size(), 1U);
    const auto& curves = figures[0].figure.panels.at(0).curves;
    for (size_t i = 0; i < curves[0].y.size(); ++i)
        EXPECT_NEAR(curves[1].y[i], curves[0].y[i], 0.01) << "a half of it";
}

TEST(LatentFigures, ShowEachClassInTheFirstTwoDimensions)
{
    const auto figures = latent_figures(run_with_scores(rising));
    ASSERT_EQ(figures.size(), 1U);
    const auto& curves = figures[0].figure.panels.at(0).curves;
    ASSERT_EQ(curves.size(), 2U);
    EXPECT_EQ(curves[1].name, "top");
    ASSERT_EQ(curves[1].x.size(), 100U);
    EXPECT_EQ(curves[1].x.front(), 1000);
    EXPECT_EQ(curves[1].y.front(), 1);
}

TEST(AnomalyFigures, AreForAnomalyScoresAlone)
{
    auto run = run_with_scores(rising);
    run.predictions->table.probabilities = true;
    EXPECT_TRUE(latent_figures(run).empty());
    EXPECT_TRUE(sculpting_figures(run).empty());
    EXPECT_TRUE(latent_figures(ReportRun{}).empty());
}

}  // namespace
}  // namespace jetsmith::analysis
