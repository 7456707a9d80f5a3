// SPDX-License-Identifier: Apache-2.0
#include "analysis/plan_picture.h"

#include <gmock/gmock.h>

#include <regex>

namespace jetsmith::analysis {
namespace {

using Numbers = std::vector<double>;

/// The numbers in the groups of every match, one after the other.
std::vector<Numbers> matches(const std::string& svg, const std::string& pattern)
{
    const std::regex regex(pattern);
    std::vector<Numbers> all;
    for (std::sregex_iterator m(svg.begin(), svg.end(), regex), end; m != end; ++m) {
        all.emplace_back();
        for (size_t group = 1; group < m->size(); ++group)
            all.back().push_back(std::stod((*m)[group]));
    }
    return all;
}

std::vector<Numbers> circles(const std::string& svg)
{
    return matches(svg, "<circle cx=\"([0-9.-]+)\" cy=\"([0-9.-]+)\" r=\"([0-9.]+)\"");
}

std::vector<Numbers> lines(const std::string& svg)
{
    return matches(svg,
                   "<line x1=\"([0-9.-]+)\" y1=\"([0-9.-]+)\" x2=\"([0-9.-]+)\" y2=\"([0-9.-]+)\" "
                   "stroke-width=\"([0-9.]+)\"");
}

const PlanEvent kFirst{"row 3", {0, 0.4}, {0, 0.1}, {90, 10}};
const PlanEvent kSecond{"row <7>", {-0.1, 0.4, 0.2}, {0.2, 0.1, -0.3}, {40, 20, 40}};

TEST(PlanPicture, DrawsADiscPerParticleWithAreaAsItsWeight)
{
    const auto discs = circles(plan_svg(kFirst, kSecond, Numbers{40, 10, 40, 0, 10, 0}));
    ASSERT_EQ(discs.size(), 5U);
    EXPECT_NEAR(discs[1][2] / discs[0][2], std::sqrt(10.0 / 90), 1e-2);
    EXPECT_NEAR(discs[2][2] / discs[0][2], std::sqrt(40.0 / 90), 1e-2) << "both on one scale";
    // 0.4 to the right and 0.1 up, by the same scale.
    EXPECT_NEAR((discs[1][0] - discs[0][0]) / (discs[0][1] - discs[1][1]), 4, 1e-2);
    for (const auto& disc : discs) {
        EXPECT_GE(disc[0], 64 + 10) << "inside the frame";
        EXPECT_LE(disc[0], 64 + 480 - 10);
        EXPECT_GE(disc[1], 40 + 10);
        EXPECT_LE(disc[1], 40 + 480 - 10);
    }
}

TEST(PlanPicture, DrawsAnArrowForWhatMoves)
{
    const auto svg = plan_svg(kFirst, kSecond, Numbers{40, 10, 40, 0, 10, 0});
    const auto discs = circles(svg), arrows = lines(svg);
    ASSERT_EQ(arrows.size(), 3U) << "10 from (0.4, 0.1) to the same place stay there";
    for (size_t a = 0; a < 3; ++a)
        for (size_t d = 0; d < 2; ++d) {
            EXPECT_EQ(arrows[a][d], discs[0][d]);
            EXPECT_EQ(arrows[a][2 + d], discs[2 + a][d]);
        }
    EXPECT_NEAR(arrows[1][4] / arrows[0][4], 0.25, 1e-2) << "as wide as what moves";
}

TEST(PlanPicture, NamesBothEvents)
{
    const auto svg = plan_svg(kFirst, kSecond, Numbers(6, 1));
    EXPECT_THAT(svg, testing::HasSubstr(">row 3</text>"));
    EXPECT_THAT(svg, testing::HasSubstr(">row &lt;7&gt;</text>"));
    EXPECT_THAT(svg, testing::StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\""));
}

TEST(PlanPicture, OfParticlesInOnePlaceHasAFrame)
{
    const PlanEvent one{"a", {0.3}, {1}, {5}};
    const auto svg = plan_svg(one, one, Numbers{5});
    EXPECT_EQ(circles(svg).size(), 2U);
    EXPECT_TRUE(lines(svg).empty());
    EXPECT_THAT(svg, testing::Not(testing::HasSubstr("nan")));
}

}  // namespace
}  // namespace jetsmith::analysis
