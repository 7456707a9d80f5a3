// SPDX-License-Identifier: Apache-2.0
#include "datasets/file_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_events.h"
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

TEST(FileReport, RowsThatCannotBeUsedAreCountedWhenAskedFor)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    auto jets = test::make_toy_jets(31, 30, 1);
    FileReport report;
    const auto judge = [&] {
        test::write_top_tagging(path, jets, 30, {.chunk = {8}});
        report = inspect_file(path);
        EXPECT_FALSE(report.bad_rows);
        EXPECT_FALSE(to_json(report).contains("bad_rows"));
        judge_rows(report);
    };
    judge();
    EXPECT_THAT(*report.bad_rows, ::testing::IsEmpty());
    EXPECT_THAT(to_text(report), HasSubstr("\nno bad rows\n"));
    jets[3].constituents.clear();
    for (const size_t row : {4U, 30U}) jets[row].constituents[0][2] = std::nanf("");
    judge();
    EXPECT_THAT(*report.bad_rows, ElementsAre(Pair("NaN or infinity in constituents", 2),
                                              Pair("no constituents", 1)));
    EXPECT_THAT(to_text(report), HasSubstr("\n3 bad rows of x.h5 left out: NaN or infinity in "
                                           "constituents (2), no constituents (1)"));
    EXPECT_EQ(to_json(report)["bad_rows"]["no constituents"], 1);
    FileReport relative = inspect_file(std::filesystem::relative(path));
    judge_rows(relative);
    EXPECT_EQ(relative.bad_rows, report.bad_rows);
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

TEST(FileReport, NumberedColumnsOfAFrameAreProposedAsConstituents)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    test::PandasTable frame;
    for (const char* name : {"part_px_", "part_py_", "part_pz_", "part_e_"})
        for (const char* number : {"0", "1", "2"})
            frame.floats.push_back(std::string(name) + number);
    frame.rows = {std::vector<double>(12, 2.0), std::vector<double>(12, 3.0)};
    {
        test::Hdf5Writer file(path);
        frame.write(file, {.chunk = {2}});
    }
    const std::string hint = inspect_file(path).hint;
    EXPECT_THAT(hint, HasSubstr("\n  constituents: {energy: \"part_e_*\", px: \"part_px_*\", py: "
                                "\"part_py_*\", pz: \"part_pz_*\"}"));
    const auto store = test::reader_from(hint.substr(hint.find('\n') + 1))->read(Split::train);
    EXPECT_EQ(store.constituents().momenta_T4.size(0), 6);
}

/// The hint of a file with these datasets, and the rows and constituents that it reads.
struct HintCase {
    const char* name;
    std::map<std::string, std::vector<hsize_t>> datasets;  ///< name -> shape; all values are 2
    const char* hint;
    int64_t constituents;  ///< of all rows; 0: none are read
};

class ConstituentHint : public testing::TestWithParam<HintCase> {};

TEST_P(ConstituentHint, ReadsTheConstituentsOrShowsWhatToName)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    {
        test::Hdf5Writer file(path);
        for (const auto& [name, shape] : GetParam().datasets) {
            size_t count = 1;
            for (const auto n : shape) count *= n;
            file.dataset(name, std::vector<float>(count, 2), shape);
        }
    }
    const std::string hint = inspect_file(path).hint;
    if (*GetParam().hint)
        EXPECT_THAT(hint, HasSubstr(std::string("\n  ") + GetParam().hint));
    else
        EXPECT_THAT(hint, ::testing::Not(HasSubstr("constituents")));
    const auto store = test::reader_from(hint.substr(hint.find('\n') + 1))->read(Split::train);
    EXPECT_EQ(store.rows, 3);
    ASSERT_EQ(store.collections.size(), GetParam().constituents > 0 ? 1U : 0U);
    if (GetParam().constituents > 0) {
        EXPECT_EQ(store.constituents().momenta_T4.size(0), GetParam().constituents);
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, ConstituentHint,
    testing::Values(
        HintCase{"Polar",
                 {{"jet/pt", {3, 5}}, {"jet/eta", {3, 5}}, {"jet/phi", {3, 5}}, {"jet/m", {3, 5}}},
                 "constituents: {pt: \"jet/pt\", eta: \"jet/eta\", phi: \"jet/phi\", mass: "
                 "\"jet/m\"}",
                 15},
        HintCase{"TheLongest",
                 {{"mu_pt", {3, 2}}, {"mu_eta", {3, 2}}, {"mu_phi", {3, 2}},
                  {"cl_pt", {3, 9}}, {"cl_eta", {3, 9}}, {"cl_phi", {3, 9}}, {"cl_E", {3, 8}}},
                 "constituents: {pt: \"cl_pt\", eta: \"cl_eta\", phi: \"cl_phi\"}",
                 27},
        HintCase{"OneArray",
                 {{"particles", {3, 4, 7}}, {"x", {3}}},
                 "# constituents: {pt: \"particles[0]\", eta: \"particles[1]\", phi: "
                 "\"particles[2]\"}",
                 0},
        HintCase{"OtherNames",
                 {{"p4_0", {3, 4}}, {"x", {3}}},
                 "# constituents: {pt: NAME, eta: NAME, phi: NAME}",
                 0},
        HintCase{"SingleNumbers", {{"pt", {3}}, {"eta", {3}}, {"phi", {3}}}, "", 0}),
    [](const auto& info) { return info.param.name; });

/// The train split that a hint reads.
EventStore read_hint(const std::string& hint)
{
    return test::reader_from(hint.substr(hint.find('\n') + 1))->read(Split::train);
}

TEST(EventsHint, ReadsObjectsClassesAndWeights)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    test::write_three_events(path);
    const FileReport report = inspect_file(path);
    EXPECT_EQ(report.label, "event/process");
    EXPECT_THAT(report.label_counts, ElementsAre(Pair(0, 1), Pair(1, 2)));
    EXPECT_EQ(report.hint, "data:\n  type: events\n  train: " + path.string() +
                               "\n  label: process\n  classes: [class_0, class_1]\n  weights: "
                               "weight");
    const EventStore store = read_hint(report.hint);
    EXPECT_EQ(store.rows, 3);
    EXPECT_TRUE(store.collections.contains("jets"));
    EXPECT_EQ(store.weights_B.sum().item<double>(), 101);
}

TEST(EventsHint, TakesTheNamesOfTheClassesFromTheFile)
{
    const auto report = inspect_file(test::sample_folder().parent_path() / "events/train.h5");
    EXPECT_THAT(report.hint,
                HasSubstr("classes: [zjets, diboson, ttbar, tth, vlq_tt, vlq_bb]"));
    const EventStore store = read_hint(report.hint);
    EXPECT_EQ(store.rows, 16200);
    EXPECT_EQ(store.collections.size(), 4U);
    EXPECT_EQ(store.labels_B.max().item<int64_t>(), 5);
}

TEST(EventsHint, WithoutAClassColumnSaysThatFilesNeedOne)
{
    const test::TempFolder folder;
    const auto path = folder.path() / "x.h5";
    {
        test::Hdf5Writer file(path);
        for (const char* group : {"jets", "muons"})
            for (const char* column : {"/pt", "/eta", "/phi"})
                file.dataset(std::string(group) + column, std::vector<float>(6, 2), {3, 2});
    }
    const std::string hint = inspect_file(path).hint;
    EXPECT_THAT(hint, HasSubstr("type: events"));
    EXPECT_THAT(hint, HasSubstr("# and each file a class"));
    const auto with_class =
        test::reader_from("type: events\nclasses: [class_0, class_1]\ntrain: {file: " +
                          path.string() + ", class: class_1}")
            ->read(Split::train);
    EXPECT_EQ(with_class.labels_B.sum().item<int64_t>(), 3);
}

}  // namespace
}  // namespace jetsmith
