// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/user_error.h"

namespace jetsmith::analysis {
namespace {

using Rows = std::vector<std::vector<std::string>>;

TEST(ReadCsv, KnowsQuotesCommasAndLineEndsInsideFields)
{
    EXPECT_EQ(read_csv("a,b\r\n\"1,5\",\"say \"\"x\"\"\"\n\"two\nlines\",\n"),
              (Rows{{"a", "b"}, {"1,5", "say \"x\""}, {"two\nlines", ""}}));
    EXPECT_EQ(read_csv(""), Rows{});
}

TEST(NumberTable, WhatIsNoNumberIsNaN)
{
    const auto table = number_table({{"epoch", "auc"}, {"1", ""}, {"2", "0.5"}, {"x"}});
    ASSERT_TRUE(table.column("auc"));
    EXPECT_EQ((*table.column("epoch"))[1], 2);
    EXPECT_TRUE(std::isnan((*table.column("epoch"))[2]));
    EXPECT_TRUE(std::isnan((*table.column("auc"))[0]));
    EXPECT_TRUE(std::isnan((*table.column("auc"))[2])) << "a short line";
    EXPECT_FALSE(table.column("loss"));
}

TEST(ReadRocCsv, BeginsACurveWhereTheNameChanges)
{
    const std::string header =
        "tagger,signal_efficiency,background_efficiency,background_efficiency_error,rejection,"
        "rejection_error,rejection_is_lower_limit,background_rows,threshold\n";
    const auto curves = read_roc_csv(header +
                                     "a,0.5,0.01,0.002,100,20,0,10,0.9\n"
                                     "a,1,1,0,1,0,0,100,0\n"
                                     "\"b, too\",0.25,0.001,0,3000,,1,0,0.99\n");
    ASSERT_EQ(curves.size(), 2U);
    EXPECT_EQ(curves[0].name, "a");
    ASSERT_EQ(curves[0].points.size(), 2U);
    EXPECT_EQ(curves[0].points[0].rejection, 100);
    EXPECT_EQ(curves[0].points[0].background_error, 0.002);
    EXPECT_EQ(curves[1].name, "b, too");
    EXPECT_TRUE(curves[1].points[0].lower_limit);
    EXPECT_THAT(test::user_error([] { read_roc_csv("epoch,loss\n1,2\n"); }),
                testing::HasSubstr("not a table of ROC curves"));
}

}  // namespace
}  // namespace jetsmith::analysis
