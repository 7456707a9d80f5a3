// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetsmith::analysis {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr auto kNasty = "<i>\"a\" & 'b'</i>";
constexpr auto kSafe = "&lt;i&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/i&gt;";

TEST(ReportPage, TextsCannotBecomeMarkup)
{
    for (const std::string& html :
         {page(kNasty, ""), section(kNasty, "x"), figure("", kNasty, kNasty), fold(kNasty, ""),
          preformatted(kNasty), metric_name_html(kNasty),
          metric_name_html(std::string("rejection[") + kNasty + "]@0.3"),
          metric_name_html(std::string("auc[") + kNasty + "]")}) {
        EXPECT_THAT(html, Not(HasSubstr("<i>")));
        EXPECT_THAT(html, HasSubstr(kSafe));
    }
    EXPECT_THAT(figure("", "seen", kNasty), HasSubstr(std::string("aria-label=\"") + kSafe + "\""));
}

TEST(ReportPage, MarkupStaysMarkup)
{
    EXPECT_THAT(page("t", "<p>x</p>"), HasSubstr("<p>x</p>"));
    EXPECT_THAT(fold("s", "<p>x</p>"), HasSubstr("<p>x</p>"));
    EXPECT_EQ(section("Scores", "<p>x</p>"), "<section>\n<h2>Scores</h2>\n<p>x</p></section>\n");
}

TEST(ReportPage, WhatIsEmptyLeavesNoTrace)
{
    EXPECT_EQ(section("Images", ""), "");
    EXPECT_EQ(grid(""), "");
}

TEST(ReportPage, TablesTakeCellsWithAttributesOfTheirOwn)
{
    EXPECT_THAT(
        table({"run", "AUC"}, {{"cnn", "<td title=\"9 rows\">0.98</td>"}}),
        HasSubstr("<thead><tr><th scope=\"col\">run</th><th scope=\"col\">AUC</th></tr>"
                  "</thead>\n<tbody>\n<tr><td>cnn</td><td title=\"9 rows\">0.98</td></tr>"));
    const auto facts = table({}, {{"seed", "1"}});
    EXPECT_THAT(facts, HasSubstr("<tr><td>seed</td><td>1</td></tr>"));
    EXPECT_THAT(facts, Not(HasSubstr("<thead>")));
}

TEST(ReportPage, MetricsAreNamedInTheFieldsNotation)
{
    EXPECT_EQ(metric_name_html("auc"), "AUC");
    EXPECT_EQ(metric_name_html("auc[top|qcd]"), "AUC [top|qcd]");
    EXPECT_EQ(metric_name_html("rejection@0.3"), "1/ε<sub>B</sub> at ε<sub>S</sub> = 0.3");
    EXPECT_EQ(metric_name_html("rejection[top]@0.5"),
              "1/ε<sub>B</sub> at ε<sub>S</sub> = 0.5 [top]");
    EXPECT_EQ(metric_name_html("accuracy"), "accuracy");
}

}  // namespace
}  // namespace jetsmith::analysis
