// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_figures.h"

#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "analysis/distance_matrix.h"
#include "tests/support/toy_distances.h"

namespace jetsmith::analysis {
namespace {

DistanceFile file_of(const test::Points& points, const std::string& settings = "")
{
    return {"d.h5",
            std::make_shared<const DistanceMatrix>(std::ssize(points), test::condensed(points)),
            std::vector<int64_t>(points.size()), settings};
}

/// Row i is in class i % classes.
RowClasses alternating(int64_t rows, int64_t classes)
{
    RowClasses all{"l.h5:labels", false, {}, {}, {}};
    for (int64_t c = 0; c < classes; ++c) all.classes.push_back({c, "c" + std::to_string(c), {}});
    for (int64_t row = 0; row < rows; ++row) {
        all.labels_N.push_back(row % classes);
        all.classes[row % classes].rows.push_back(row);
    }
    return all;
}

std::vector<std::string> names(const ReportFigure& figure)
{
    std::vector<std::string> all;
    for (const auto& curve : figure.figure.panels.at(0).curves) all.push_back(curve.name);
    return all;
}

/// The share of pairs in the bin that holds `value`.
double share_at(const Curve& curve, double value)
{
    for (size_t i = 0; i + 1 < curve.x.size(); ++i)
        if (value >= curve.x[i] && (value < curve.x[i + 1] || i + 2 == curve.x.size()))
            return curve.y[i];
    return -1;
}

TEST(PairFigures, CountEveryPairOnceByTheClassesOfItsEvents)
{
    // Class 0 at 0, 3 and 10; class 1 at 1 and 8.
    const auto figures = pair_figures(file_of({{0}, {1}, {3}, {8}, {10}}), alternating(5, 2));
    ASSERT_EQ(figures.size(), 1U);
    EXPECT_THAT(names(figures[0]), testing::ElementsAre("c0, c0", "c1, c1", "c0, c1"));
    const auto& curves = figures[0].figure.panels[0].curves;
    for (const auto& curve : curves)
        EXPECT_NEAR(std::accumulate(curve.y.begin(), curve.y.end(), 0.0), 1, 1e-12);
    for (const double distance : {3.0, 10.0, 7.0})
        EXPECT_NEAR(share_at(curves[0], distance), 1 / 3.0, 1e-12);
    EXPECT_EQ(share_at(curves[1], 7), 1);
    // 1, 8 and 2, 5 and 9, 2.
    EXPECT_NEAR(share_at(curves[2], 2), 2 / 6.0, 1e-12);
    EXPECT_NEAR(share_at(curves[2], 8), 1 / 6.0, 1e-12);
    EXPECT_EQ(share_at(curves[2], 3), 0);
}

TEST(PairFigures, PutPairsOfManyDifferentClassesTogether)
{
    const auto points = test::toy_points(40, 2, 1);
    EXPECT_EQ(names(pair_figures(file_of(points), alternating(40, 3)).at(0)).size(), 6U);
    EXPECT_THAT(names(pair_figures(file_of(points), alternating(40, 4)).at(0)),
                testing::ElementsAre("c0, c0", "c1, c1", "c2, c2", "c3, c3", "different classes"));
}

TEST(PairFigures, LeaveOutWhatHasNoPairs)
{
    EXPECT_THAT(names(pair_figures(file_of({{0}, {1}, {3}}), alternating(3, 2)).at(0)),
                testing::ElementsAre("c0, c0", "c0, c1"))
        << "one event of class 1";
    EXPECT_TRUE(pair_figures(file_of({{5}, {5}, {5}}), alternating(3, 2)).empty());
    EXPECT_TRUE(dimension_figures(file_of({{5}, {5}, {5}}), alternating(3, 2)).empty());
}

TEST(PairFigures, KnowTheUnitOfDistances)
{
    const auto label = [](const std::string& settings) {
        return pair_figures(file_of({{0}, {1}}, settings), alternating(2, 1)).at(0).figure.x.label;
    };
    EXPECT_EQ(label(R"({"ground": "jets", "norm": false})"), "distance [GeV]");
    EXPECT_EQ(label(R"({"ground": "jets", "norm": true})"), "distance");
    EXPECT_EQ(label(R"({"ground": "events"})"), "distance [GeV]");
    EXPECT_EQ(label("no JSON"), "distance");
}

TEST(DimensionFigures, ShowEachClassWithItsOwnPairs)
{
    // Class 0 fills a square, class 1 a line.
    auto points = test::toy_points(600, 2, 3);
    for (size_t row = 1; row < points.size(); row += 2) points[row][1] = 0;
    const auto figures = dimension_figures(file_of(points), alternating(600, 2));
    ASSERT_EQ(figures.size(), 1U);
    const auto& curves = figures[0].figure.panels.at(0).curves;
    ASSERT_EQ(curves.size(), 2U);
    for (size_t c = 0; c < 2; ++c)
        for (size_t i = 0; i < curves[c].x.size(); ++i) {
            const double q = curves[c].x[i], error = curves[c].high[i] - curves[c].y[i];
            if (q < 0.2 || q > 0.5) continue;  // well inside
            EXPECT_NEAR(curves[c].y[i], 2 - static_cast<double>(c), 5 * error) << q;
            EXPECT_LT(error, 0.3);
        }
}

}  // namespace
}  // namespace jetsmith::analysis
