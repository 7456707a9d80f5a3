// SPDX-License-Identifier: Apache-2.0
#include "datasets/file_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

TEST(FileReport, ATopTaggingFileIsRecognisedWithItsClassCounts)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    test::write_top_tagging(path, test::make_toy_jets(31, 30, 1), 30,
                            {.chunk = {8}, .blosc = "lz4"});
    const FileReport report = inspect_file(path);
    EXPECT_EQ(report.layout, "pandas table");
    EXPECT_EQ(report.rows, 31);
    EXPECT_EQ(report.columns.size(), 123u);
    EXPECT_EQ(report.label, "is_signal_new");
    EXPECT_THAT(report.label_counts, ElementsAre(Pair(0, 16), Pair(1, 15)));
    EXPECT_EQ(report.hint, "data:\n  type: top_tagging\n  train: " + path.string());
    const std::string text = to_text(report);
    EXPECT_THAT(text, HasSubstr("blosc (32001)"));
    EXPECT_THAT(text, HasSubstr("... 99 more"));
    EXPECT_THAT(text, HasSubstr("0: 16 rows  1: 15 rows"));
}

TEST(FileReport, AFilterThatCannotBeReadIsSaidAndTheRestStillShown)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    {
        test::Hdf5Writer file(path);
        file.dataset("score", std::vector<float>{0.25f, 0.5f}, {2});
        file.dataset("label", std::vector<int64_t>{0, 1}, {2},
                     {.chunk = {2}, .foreign_filter = 32015});
    }
    const FileReport report = inspect_file(path);
    EXPECT_THAT(report.label_counts, ::testing::IsEmpty());
    const auto json = to_json(report);
    EXPECT_EQ(json["datasets"][0]["readable"], false);
    EXPECT_EQ(json["datasets"][0]["filters"][0], "zstd (32015)");
    EXPECT_EQ(json["columns"][1]["first"], "0.25");
    EXPECT_THAT(to_text(report), HasSubstr("cannot be read here"));
}

TEST(FileReport, OneHotClassesAreCounted)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    {
        test::Hdf5Writer file(path);
        file.dataset("target", std::vector<float>{0, 1, 0, 0, 0, 1, 0, 1, 0}, {3, 3});
    }
    const FileReport report = inspect_file(path);
    EXPECT_THAT(report.label_counts, ElementsAre(Pair(1, 2), Pair(2, 1)));
    EXPECT_THAT(report.hint, HasSubstr("label: target\n  classes: [class_0, class_1, class_2]"));
}

}  // namespace
}  // namespace jetsmith
