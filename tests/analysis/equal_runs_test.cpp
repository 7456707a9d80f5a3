// SPDX-License-Identifier: Apache-2.0
// Runs that a table must not count as independent ones: a folder given twice, one seed, equal
// scores.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/run_table.h"
#include "tests/analysis/toy_runs.h"

namespace jetsmith::analysis {
namespace {

using test::predictions_of;
using test::scores_of;
using test::TempFolder;
using test::write_run;
using testing::HasSubstr;

/// The comparison, and what it warned of.
std::pair<Comparison, std::string> compared(const std::vector<std::filesystem::path>& runs)
{
    testing::internal::CaptureStderr();
    auto comparison = compare_runs(runs, TableOptions());
    return {std::move(comparison), testing::internal::GetCapturedStderr()};
}

TEST(EqualRuns, AFolderThatIsGivenTwiceCountsOnce)
{
    const TempFolder folder;
    const auto run = write_run(folder, "cnn", "a", predictions_of(scores_of(1)));
    std::filesystem::create_directory_symlink(run, folder.path() / "link");
    const auto [comparison, warnings] = compared({run, folder.path() / "link", run / ""});
    ASSERT_EQ(comparison.rows.size(), 1U);
    EXPECT_EQ(comparison.rows[0].runs.size(), 1U);
    EXPECT_GT(comparison.rows[0].auc.error, 0.01) << "the statistical error of 400 rows";
    EXPECT_THAT(warnings, HasSubstr("link: is given more than once"));
    EXPECT_EQ(std::count(warnings.begin(), warnings.end(), '\n'), 2);
}

TEST(EqualRuns, WarnsOfTwoRunsOfOneSeed)
{
    const TempFolder folder;
    const auto first = write_run(folder, "cnn", "a", predictions_of(scores_of(1)), 7);
    const auto again = write_run(folder, "cnn", "a", predictions_of(scores_of(2)), 7);
    const auto other = write_run(folder, "cnn", "a", predictions_of(scores_of(3)), 8);
    const auto model = write_run(folder, "dnn", "b", predictions_of(scores_of(4)), 7);
    EXPECT_THAT(compared({first, again, other, model}).second,
                HasSubstr(again.string() + ": is the same training as " + first.string() +
                          " (equal group, seed 7; "));
    EXPECT_EQ(compared({first, other, model}).second, "");
}

TEST(EqualRuns, RunsThatAgreeHaveTheErrorOfOneRunAndNoSpreadOfZero)
{
    const TempFolder folder;
    std::vector<std::filesystem::path> runs;
    for (int64_t seed = 1; seed <= 3; ++seed)
        runs.push_back(write_run(folder, "cnn", "a", predictions_of(scores_of(1)), seed));
    const auto several = compare_runs(runs, TableOptions());
    const auto one = compare_runs({runs.front()}, TableOptions());
    ASSERT_EQ(several.rows.size(), 1U);
    EXPECT_EQ(several.rows[0].runs.size(), 3U);
    EXPECT_EQ(several.rows[0].auc.error, one.rows[0].auc.error);
    EXPECT_EQ(several.rows[0].accuracy.error, one.rows[0].accuracy.error);
    EXPECT_EQ(several.rows[0].rejections[0].error, one.rows[0].rejections[0].error);
    EXPECT_EQ(table_json(several)["rows"][0]["error_kind"], "statistical");
    EXPECT_THAT(format_table(several, "text"), HasSubstr("statistical error of one run"));
}

}  // namespace
}  // namespace jetsmith::analysis
