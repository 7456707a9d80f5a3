// SPDX-License-Identifier: Apache-2.0
// Rows that cannot be used, planted into files of every layout: the first of them stops, or all are
// left out and counted, and what remains is what a file without them holds. In memory and streamed.
#include <ATen/ops/arange.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "inputs/input.h"
#include "tests/support/bad_rows.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::Planted;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kStreamed = "\nloading: streamed\nmemory: 40 MB";

/// A reader with the input that judges its rows.
struct Judged {
    std::unique_ptr<Input> input;
    std::unique_ptr<Reader> reader;

    Judged(const std::string& data, const std::string& inputs) : reader(test::reader_from(data))
    {
        if (inputs.empty()) return;
        Config config(parse_yaml(inputs, "test.yaml"), "inputs", "test");
        input = Registry<Input>::make(config);
        reader->judge_with([this](const EventStore& block, RowFaults& faults) {
            input->judge(block, faults);
        });
    }
    EventStore read() const
    {
        const auto feed = reader->open(Split::train, {});
        return rows_of(*feed, file_order(feed->rows()).rows_N);
    }
};

class BadRowsOf : public ::testing::TestWithParam<Planted> {
  protected:
    BadRowsOf()
    {
        std::vector<size_t> all(planted.rows);
        std::iota(all.begin(), all.end(), 0);
        planted.write(dirty, all);
        for (const size_t row : all)
            if (!planted.bad.contains(row)) kept.push_back(row);
        planted.write(clean, kept);
    }

    EventStore read(const std::filesystem::path& file, const std::string& more) const
    {
        return Judged(planted.data + "\ntrain: " + file.string() + "\n" + more, planted.inputs)
            .read();
    }

    /// Bit for bit the rows of the other file, under the numbers that they have in theirs.
    void expect_kept(const EventStore& store, const EventStore& other) const
    {
        std::vector<int64_t> numbers(kept.begin(), kept.end());
        EXPECT_EQ(test::integers(store.source_rows_B), numbers);
        std::map<std::string, at::Tensor> wanted;
        for_each_tensor(other, [&](const std::string& name, const at::Tensor& values, Along) {
            if (values.defined()) wanted[name] = values;
        });
        for_each_tensor(store, [&](const std::string& name, const at::Tensor& values, Along) {
            if (!values.defined() || name == "source_rows") return;
            EXPECT_TRUE(values.equal(wanted[name])) << name;
        });
    }

    const Planted& planted = GetParam();
    test::TempFolder folder;
    std::filesystem::path dirty = folder.path() / "dirty.h5", clean = folder.path() / "clean.h5";
    std::vector<size_t> kept;
};

TEST_P(BadRowsOf, TheFirstStopsWithItsNumberAndColumn)
{
    const auto& [row, message] = *planted.bad.begin();
    for (const std::string& more : {std::string(), kStreamed})
        EXPECT_THAT(test::user_error([&] { read(dirty, more); }),
                    StartsWith(fmt::format("{}: row {}{}", dirty.string(), row, message)));
}

TEST_P(BadRowsOf, EachIsToldForItself)
{
    for (const auto& [row, message] : planted.bad)
        EXPECT_THAT(test::user_error([&] { read(dirty, fmt::format("rows: '{}:'", row)); }),
                    StartsWith(fmt::format("{}: row {}{}", dirty.string(), row, message)));
}

TEST_P(BadRowsOf, DroppedRowsLeaveTheRowsOfAFileWithoutThem)
{
    const EventStore other = read(clean, "");
    for (const std::string& more : {std::string(), kStreamed}) {
        const EventStore store = read(dirty, "on_bad_row: drop" + more);
        expect_kept(store, other);
    }
}

TEST_P(BadRowsOf, DroppedRowsAreCountedByReason)
{
    for (const std::string& more : {std::string(), kStreamed}) {
        const Judged judged(planted.data + "\ntrain: " + dirty.string() + "\non_bad_row: drop" + more,
                            planted.inputs);
        const auto feed = judged.reader->open(Split::train, {});
        EXPECT_THAT(feed->index().left_out, ElementsAre(planted.reasons));
    }
}

INSTANTIATE_TEST_SUITE_P(Layouts, BadRowsOf, testing::ValuesIn(test::planted_files()),
                         [](const auto& info) { return info.param.name; });

/// Jets in the top-tagging layout, every fifth of them bad.
class BadRowsAndSplits : public ::testing::Test {
  protected:
    BadRowsAndSplits()
    {
        for (size_t row = 0; row < jets.size(); row += 5)
            jets[row].constituents[0][1] = std::numeric_limits<float>::quiet_NaN();
        test::write_top_tagging(path, jets, kSlots, {.chunk = {32}, .blosc = "blosclz"});
    }
    std::vector<int64_t> rows(const std::string& more) const
    {
        const auto reader =
            test::reader_from("type: top_tagging\ntrain: " + path.string() + "\n" + more);
        return test::integers(reader->open(Split::train, {})->index().source_rows_B);
    }

    static constexpr size_t kSlots = 8;
    test::TempFolder folder;
    std::filesystem::path path = folder.path() / "jets.h5";
    std::vector<test::ToyJet> jets = test::make_toy_jets(400, kSlots, 11);
};

TEST_F(BadRowsAndSplits, RowsThatASelectionLeavesOutAreNotJudged)
{
    for (const std::string& more : {std::string(), kStreamed})
        EXPECT_EQ(rows("select: (truth_mass - 0.5) % 5 > 0" + more).size(), 320U);
}

TEST_F(BadRowsAndSplits, MaxRowsAndMixturesCountTheRowsThatAreKept)
{
    for (const std::string draw :
         {"max_rows: 100", "max_rows: 320", "max_rows: 100\nmixture: {qcd: 1, top: 1}",
          "max_rows: 100\nselect: multiplicity > 1"}) {
        const auto there = rows(draw + "\non_bad_row: drop");
        EXPECT_EQ(there.size(), draw == "max_rows: 320" ? 320U : 100U) << draw;
        for (const int64_t row : there) EXPECT_NE(row % 5, 0) << draw;
        EXPECT_EQ(rows(draw + "\non_bad_row: drop" + kStreamed), there) << draw;
    }
}

TEST_F(BadRowsAndSplits, MaxRowsDrawsWhatItDrawsOfAFileWithoutBadRows)
{
    for (size_t row = 0; row < jets.size(); row += 5) jets[row].constituents[0][1] = 1;
    test::write_top_tagging(path, jets, kSlots, {.chunk = {32}});
    EXPECT_EQ(rows("max_rows: 100\non_bad_row: drop"), rows("max_rows: 100"));
}

TEST_F(BadRowsAndSplits, NothingButBadRowsIsNoRow)
{
    for (const std::string& more : {std::string(), kStreamed})
        EXPECT_EQ(test::user_error([&] { rows("rows: 5:6\non_bad_row: drop" + more); }),
                  path.string() + ": no row is left (all 1 are bad and data.on_bad_row is 'drop'; one "
                                  "or more wanted). Set data.on_bad_row: stop to see what is wrong "
                                  "with them.");
}

TEST_F(BadRowsAndSplits, AFeedKeepsItsCountsInEveryPart)
{
    const auto reader = test::reader_from("type: top_tagging\ntrain: " + path.string() +
                                          "\non_bad_row: drop" + kStreamed);
    const auto feed = reader->open(Split::train, {});
    const auto part = feed->part(at::arange(0, 10, at::kLong));
    EXPECT_EQ(part->index().left_out, feed->index().left_out);
    EXPECT_EQ(feed->index().left_out.at(0).at("NaN or infinity in constituents"), 80);
}

}  // namespace
}  // namespace jetsmith
