// SPDX-License-Identifier: Apache-2.0
#include "analysis/predictions.h"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"
#include "tests/support/temp_hdf5.h"

namespace jetsmith::analysis {
namespace {

using test::Hdf5Writer;
using test::TempFolder;
using test::user_error;
using testing::HasSubstr;

Predictions three_rows()
{
    Predictions p;
    p.table.name = "cnn";
    p.table.rows = 3;
    p.table.classes = 2;
    p.table.scores_NC = {0.25, 0.75, 0.5, 0.5, 1, 0};
    p.table.labels_N = {1, 0, 0};
    p.table.weights_N = {1, -0.5, 2};
    p.table.source_rows_N = {7, 3, 5000000000};
    p.table.class_names = {"qcd", "top \u00b5"};
    p.table.observers = {{"pt", {550, 600.123456789, 650}}, {"mass", {1, 2, 3}}};
    p.source_files = {"/data/a.h5", "/data/b.h5"};
    p.source_hashes = {"aa", "bb"};
    p.source_file_N = {0, 1, 1};
    return p;
}

TEST(Predictions, ComeBackInTheOrderInWhichTheyWereWritten)
{
    const TempFolder folder;
    const auto path = folder.path() / "predictions.h5";
    const auto written = three_rows();
    write_predictions(path, written);
    const auto read = read_predictions(path);
    EXPECT_EQ(read.table.name, "cnn");
    EXPECT_EQ(read.table.scores_NC, written.table.scores_NC);
    EXPECT_EQ(read.table.classes, 2);
    EXPECT_EQ(read.table.labels_N, written.table.labels_N);
    EXPECT_EQ(read.table.weights_N, written.table.weights_N);
    EXPECT_EQ(read.table.source_rows_N, written.table.source_rows_N);
    EXPECT_EQ(read.table.class_names, written.table.class_names);
    EXPECT_EQ(read.table.observers, written.table.observers);
    EXPECT_EQ(read.source_files, written.source_files);
    EXPECT_EQ(read.source_hashes, written.source_hashes);
    EXPECT_EQ(read.source_file_N, written.source_file_N);
}

TEST(Predictions, KeepEveryDigitOfScoresThatFloat32WouldRound)
{
    const TempFolder folder;
    auto p = three_rows();
    p.table.scores_NC[0] = 0.1;
    write_predictions(folder.path() / "p.h5", p);
    EXPECT_EQ(read_predictions(folder.path() / "p.h5").table.scores_NC[0], 0.1);
}

TEST(Predictions, NeedNoLabelsWeightsOrObservers)
{
    const TempFolder folder;
    Predictions p;
    p.table.rows = 1;
    p.table.classes = 1;
    p.table.scores_NC = {-3.5};
    write_predictions(folder.path() / "p.h5", p);
    const auto read = read_predictions(folder.path() / "p.h5");
    EXPECT_EQ(read.table.scores_NC, p.table.scores_NC);
    EXPECT_TRUE(read.table.labels_N.empty());
    EXPECT_TRUE(read.table.weights_N.empty());
}

TEST(Predictions, HundredThousandCompressedRowsAreUnharmed)
{
    const TempFolder folder;
    Predictions p;
    p.table.rows = 100'000;
    p.table.classes = 3;
    for (int64_t i = 0; i < 300'000; ++i)
        p.table.scores_NC.push_back(static_cast<float>(i) * 0.37f);
    write_predictions(folder.path() / "p.h5", p);
    EXPECT_EQ(read_predictions(folder.path() / "p.h5").table.scores_NC, p.table.scores_NC);
}

TEST(Predictions, WithNanAreNotWrittenAndLeaveNoFile)
{
    const TempFolder folder;
    auto p = three_rows();
    p.table.scores_NC[3] = NAN;
    EXPECT_THAT(user_error([&] { write_predictions(folder.path() / "p.h5", p); }),
                HasSubstr("the score of row 1 is NaN"));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Predictions, OtherFilesAndNewerFormatsAreRefused)
{
    const TempFolder folder;
    const auto path = folder.path() / "x.h5";
    {
        Hdf5Writer file(path);
        file.dataset<double>("scores", {0.1}, {1});
    }
    EXPECT_THAT(user_error([&] { read_predictions(path); }),
                HasSubstr("holds no predictions of jetsmith"));
    {
        Hdf5Writer file(path);
        file.integer("/", "format_version", 99);
        file.text("/", "content", "predictions");
    }
    EXPECT_THAT(user_error([&] { read_predictions(path); }),
                HasSubstr("written by a newer jetsmith (format_version 99; at most 1"));
}

/// A file as others write it: several taggers and ways to give labels.
std::filesystem::path foreign_file(const TempFolder& folder)
{
    const auto path = folder.path() / "foreign.h5";
    Hdf5Writer file(path);
    file.dataset<float>("tagger/a", {0.1f, 0.9f, 0.4f}, {3});
    file.dataset<float>("column", {0.1f, 0.9f, 0.4f}, {3, 1});
    file.dataset<double>("logits", {0, 1, 2, 0, 0, 0}, {3, 2});
    file.dataset<double>("cube", std::vector<double>(8), {2, 2, 2});
    file.dataset<uint8_t>("labels", {0, 1, 0}, {3});
    file.dataset<double>("float_labels", {0, 1, 1}, {3});
    file.dataset<double>("broken_labels", {0, 1, 0.5}, {3});
    file.dataset<int64_t>("one_hot", {1, 0, 0, 1, 1, 0}, {3, 2});
    file.dataset<int64_t>("two_hot", {1, 0, 1, 1, 1, 0}, {3, 2});
    file.dataset<double>("w", {1, 2, -1}, {3});
    file.labels("names", {"x", "y", "z"});
    return path;
}

TEST(Scores, AreReadFromAnyDatasetWithLabelsInAnyUsualForm)
{
    const TempFolder folder;
    const auto path = foreign_file(folder);
    const auto taggers = read_scores(path, {{"tagger/a", "/column"}, "", "w", false});
    ASSERT_EQ(taggers.size(), 2U);
    EXPECT_EQ(taggers[0].classes, 1);
    EXPECT_EQ(taggers[0].scores_NC, taggers[1].scores_NC);
    EXPECT_EQ(taggers[0].labels_N, (std::vector<int64_t>{0, 1, 0})) << "'labels' is the default";
    EXPECT_EQ(taggers[0].weights_N, (std::vector<double>{1, 2, -1}));
    EXPECT_EQ(read_scores(path, {{"column"}, "float_labels", "", false})[0].labels_N,
              (std::vector<int64_t>{0, 1, 1}));
    EXPECT_EQ(read_scores(path, {{"column"}, "one_hot", "", false})[0].labels_N,
              (std::vector<int64_t>{0, 1, 0}));
}

TEST(Scores, LogitsBecomeProbabilities)
{
    const TempFolder folder;
    const auto table = read_scores(foreign_file(folder), {{"logits"}, "", "", true})[0];
    EXPECT_NEAR(table.score(0, 1), std::exp(1.0) / (1 + std::exp(1.0)), 1e-15);
    EXPECT_EQ(table.score(2, 0), 0.5);
}

TEST(Scores, RefuseWhatTheyCannotBeWithFileAndDataset)
{
    const TempFolder folder;
    const auto path = foreign_file(folder);
    const auto says = [&](std::string scores, std::string labels, std::string weights = "") {
        return user_error([&] { read_scores(path, {{scores}, labels, weights, false}); });
    };
    EXPECT_THAT(says("tagger/b", ""), HasSubstr("Did you mean '/tagger/a'?"));
    EXPECT_THAT(says("cube", ""), HasSubstr("'/cube' has 3 dimensions"));
    EXPECT_THAT(says("names", ""), HasSubstr("'/names' is no plain array of numbers"));
    EXPECT_THAT(says("column", "broken_labels"), HasSubstr("value 2 is 0.5 (integers wanted)"));
    EXPECT_THAT(says("column", "two_hot"), HasSubstr("row 1 is not one-hot"));
    EXPECT_THAT(says("column", "cube"), HasSubstr("3 dimensions (labels have 1"));
    EXPECT_THAT(says("column", "", "weihgts"), HasSubstr("foreign.h5: dataset '/weihgts'"));
    EXPECT_THAT(user_error([&] { read_scores(folder.path() / "none.h5", {{"a"}, "", "", false}); }),
                HasSubstr("none.h5: file not found"));
}

}  // namespace
}  // namespace jetsmith::analysis
