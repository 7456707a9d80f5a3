// SPDX-License-Identifier: Apache-2.0
#include "analysis/text_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace jetsmith::analysis {
namespace {

TEST(WithError, RoundsBothToTwoDigitsOfTheError)
{
    EXPECT_EQ(with_error(0.984772, 0.000149), "0.98477 +- 0.00015");
    EXPECT_EQ(with_error(1294.32, 103.6), "1294 +- 104");
    EXPECT_EQ(with_error(95.53, 2.09), "95.5 +- 2.1");
    EXPECT_EQ(with_error(-0.00919, 0.00077), "-0.00919 +- 0.00077");
}

TEST(WithError, WritesBareValuesWithoutAnError)
{
    EXPECT_EQ(with_error(0.98477246, std::nan("")), "0.98477");
    EXPECT_EQ(with_error(1.0, 0.0), "1");
    EXPECT_EQ(with_error(std::nan(""), 0.1), "-");
    EXPECT_EQ(with_error(std::numeric_limits<double>::infinity(), 1), "inf");
}

TEST(Grouped, SetsACommaEveryThreeDigits)
{
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(609666), "609,666");
    EXPECT_EQ(grouped(-1234567), "-1,234,567");
    EXPECT_EQ(grouped(-123), "-123");
}

const TextTable kTable{{"model", "1/eps_B(0.3)"}, {{"a_b|c", "752 +- 238"}, {"\u03b5", "> 9"}}, {"note"}};

TEST(TextTables, PlainTextAlignsColumnsByCharactersNotBytes)
{
    EXPECT_EQ(plain_text(kTable),
              "model  1/eps_B(0.3)\n"
              "-----  ------------\n"
              "a_b|c    752 +- 238\n"
              "\u03b5               > 9\n"
              "note\n");
}

TEST(TextTables, MarkdownEscapesBars)
{
    EXPECT_EQ(markdown(kTable),
              "| model  | 1/eps_B(0.3) |\n"
              "|--------|-------------:|\n"
              "| a_b\\|c |   752 +- 238 |\n"
              "| \u03b5      |          > 9 |\n"
              "\nnote\n");
}

TEST(TextTables, LatexEscapesNamesAndSetsFormulas)
{
    EXPECT_EQ(latex(kTable),
              "\\begin{tabular}{lr}\n\\toprule\n"
              "model & $1/\\epsilon_B$(0.3) \\\\\n\\midrule\n"
              "a\\_b\\textbar{}c & 752 $\\pm$ 238 \\\\\n"
              "\u03b5 & \\textgreater{} 9 \\\\\n"
              "\\bottomrule\n\\end{tabular}\n% note\n");
    EXPECT_EQ(latex_text("50% & $x_{1}^2$ #~\\"),
              "50\\% \\& \\$x\\_\\{1\\}\\textasciicircum{}2\\$ \\#\\textasciitilde{}"
              "\\textbackslash{}");
}

TEST(TextTables, CsvQuotesOnlyWhatNeedsIt)
{
    EXPECT_EQ(csv({{"a", "b"}, {{"1,5", "say \"x\""}, {"plain", "two\nlines"}}, {"left out"}}),
              "a,b\n\"1,5\",\"say \"\"x\"\"\"\nplain,\"two\nlines\"\n");
}

TEST(TextTables, HtmlEscapesMarkup)
{
    EXPECT_EQ(html_text("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
}

}  // namespace
}  // namespace jetsmith::analysis
