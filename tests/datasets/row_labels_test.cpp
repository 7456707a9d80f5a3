// SPDX-License-Identifier: Apache-2.0
// Several yes/no labels per row: from expressions or columns, checked, balanced one by one.
#include "datasets/row_labels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::reader_from;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Three events: met 20, 40, 60; processes 0, 1, 1; weights 100, -2, 3.
class RowLabels : public ::testing::Test {
  protected:
    RowLabels() { test::write_three_events(path); }

    std::unique_ptr<Reader> reader(const std::string& yaml) const
    {
        return reader_from("type: events\ntrain: " + path.string() + "\n" + yaml);
    }
    std::string refusal(const std::string& yaml) const
    {
        return test::user_error([&] { reader(yaml)->read(Split::train); });
    }

    test::TempFolder folder;
    std::filesystem::path path = folder.path() / "events.h5";
    const std::string two = "labels: {hard: met > 30, other: process == 0}\n";
};

TEST_F(RowLabels, ExpressionsGiveAColumnEachInTheOrderOfTheFile)
{
    const auto r = reader(two);
    const EventStore store = r->read(Split::train);
    EXPECT_THAT(r->class_names(), ElementsAre("hard", "other"));
    EXPECT_THAT(store.class_names, ElementsAre("hard", "other"));
    EXPECT_FALSE(store.labels_B.defined()) << "there is no class";
    EXPECT_TRUE(store.labelled());
    ASSERT_EQ(store.targets_BL.sizes(), at::IntArrayRef({3, 2}));
    EXPECT_THAT(test::floats(store.targets_BL), ElementsAre(0, 1, 1, 0, 1, 0));
    EXPECT_EQ(store.belongs(0).sum().item<int64_t>(), 2);
    const EventStore some = store.select(at::tensor(at::ArrayRef<int64_t>{2, 0}));
    EXPECT_THAT(test::floats(some.targets_BL), ElementsAre(1, 0, 0, 1));
}

TEST_F(RowLabels, AreMadeAfterTheSelection)
{
    // Without the selection row 0 would be refused: its number of jets is 2.
    const EventStore store =
        reader("labels: {jets: count(jets)}\nselect: met > 30")->read(Split::train);
    EXPECT_THAT(test::floats(store.targets_BL), ElementsAre(0, 1));
}

TEST_F(RowLabels, EachIsBalancedAgainstTheRowsWithoutIt)
{
    // Weights 100, -2, 3, sum 101. hard: without it 100, with it 1; other the other way round.
    const auto r = reader(two + "weights: weight");
    const EventStore store = r->read(Split::train);
    EXPECT_THAT(r->class_weights(store),
                ElementsAre(101.0 / 200, 101.0 / 2, 101.0 / 2, 101.0 / 200));
    EXPECT_THAT(reader(two + "class_weights: none")->class_weights(store), ElementsAre(1, 1, 1, 1));
    EXPECT_THAT(reader(two + "class_weights: {other: 7}")->class_weights(store),
                ElementsAre(1, 1, 1, 7));
}

TEST_F(RowLabels, ValuesThatAreNeitherYesNorNoAreRefusedWithTheRow)
{
    EXPECT_THAT(refusal("labels: {jets: count(jets)}"),
                HasSubstr("events.h5: row 0, data.labels.jets: 'count(jets)' is 2 (0 or 1 is "
                          "wanted). Write a condition, such as count(jets) > 0, or set "
                          "data.on_bad_row: drop to leave such rows out."));
    EXPECT_THAT(refusal("labels: {x: 'jets[0].btag'}"), HasSubstr("row 1, data.labels.x: 'jets[0].btag' is nan"));
    EXPECT_EQ(reader("labels: {jets: count(jets)}\non_bad_row: drop")->read(Split::train).rows, 2);
}

TEST_F(RowLabels, ColumnsThatAreNotThereAreNamedWithTheNearest)
{
    EXPECT_THAT(refusal("labels: {x: proces == 1}"), HasSubstr("process"));
    EXPECT_THAT(test::user_error([&] { reader("labels: {x: proces == 1}")->check(Split::train); }),
                HasSubstr("data.labels.x"))
        << "before any row is read";
    EXPECT_THAT(refusal("labels: {x: process = 1}"), HasSubstr("test.yaml:3: data.labels.x"));
}

TEST_F(RowLabels, CannotStandBesideClassesMixturesOrAnotherLabel)
{
    EXPECT_THAT(refusal(two + "classes: [a, b]"),
                HasSubstr("data.classes: cannot stand beside 'labels'"));
    EXPECT_THAT(refusal(two + "mixture: {hard: 1}"),
                HasSubstr("data.mixture: cannot stand beside 'labels'"));
    EXPECT_THAT(refusal(two + "label: process"), HasSubstr("data.label: says the class"));
    EXPECT_THAT(refusal("labels: [process, process]"), HasSubstr("names 'process' twice"));
    EXPECT_THAT(refusal("labels: 3"), HasSubstr("must be a list of texts"));
    EXPECT_THAT(refusal(two + "class_weights: {hrad: 2}"), HasSubstr("Did you mean 'hard'?"));
    EXPECT_THAT(test::user_error([&] { reader("weights: weight"); }),
                HasSubstr("or 'labels', several per event"));
}

TEST_F(RowLabels, MayBeMissingInFilesThatAreOnlyScored)
{
    const auto other = folder.path() / "other.h5";
    {
        test::Hdf5Writer file(other);
        file.dataset("met", std::vector<float>{1, 2}, {2});
        file.dataset("jets/pt", std::vector<float>{30, 40}, {2, 1});
        file.dataset("jets/eta", std::vector<float>{0, 0}, {2, 1});
        file.dataset("jets/phi", std::vector<float>{0, 0}, {2, 1});
    }
    const EventStore store = reader(two)->read_files({other});
    EXPECT_EQ(store.rows, 2);
    EXPECT_FALSE(store.labelled()) << "'process' is not there";
}

TEST_F(RowLabels, ATableMayNameItsColumnsOfZerosAndOnes)
{
    const auto table = folder.path() / "table.h5";
    {
        test::Hdf5Writer file(table);
        file.dataset("x", std::vector<float>{1, 2, 3}, {3});
        file.dataset("has_top", std::vector<uint8_t>{1, 1, 0}, {3});
        file.dataset("has_higgs", std::vector<int64_t>{0, 1, 0}, {3});
    }
    const std::string data = "type: hdf5_table\ntrain: " + table.string() + "\n";
    const EventStore store =
        reader_from(data + "labels: [has_top, has_higgs]")->read(Split::train);
    EXPECT_THAT(store.class_names, ElementsAre("has_top", "has_higgs"));
    EXPECT_THAT(test::floats(store.targets_BL), ElementsAre(1, 0, 1, 1, 0, 0));
    const EventStore few =
        reader_from(data + "labels: [has_top]\ncolumns: [x]")->read(Split::train);
    EXPECT_THAT(test::floats(few.targets_BL), ElementsAre(1, 1, 0))
        << "a label column need not be named twice";
    EXPECT_THAT(test::user_error([&] {
                    reader_from(data + "labels: [x]")->read(Split::train);
                }),
                HasSubstr("table.h5: row 1, data.labels.x: 'x' is 2 (0 or 1 is wanted)"));
}

}  // namespace
}  // namespace jetsmith
