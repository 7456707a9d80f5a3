// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "core/parallel.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::constituents;
using test::integers;
using test::reader_from;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr size_t kSlots = 12, kJets = 500;

class Hdf5ReaderTest : public ::testing::Test {
  protected:
    Hdf5ReaderTest()
    {
        test::write_top_tagging(path, jets, kSlots, {.chunk = {32}, .blosc = "blosclz"});
    }

    /// Reads the train split of a top_tagging section with further keys.
    EventStore read(const std::string& more = "")
    {
        return reader_from(section(more))->read(Split::train);
    }
    std::string section(const std::string& more)
    {
        return "type: top_tagging\ntrain: " + path.string() + "\n" + more;
    }
    std::string error(const std::string& more)
    {
        return test::user_error([&] { read(more); });
    }

    /// pT of the summed constituents, by the school formula.
    static double pt(const test::ToyJet& jet)
    {
        double x = 0, y = 0;
        for (const auto& p : jet.constituents) {
            x += p[1];
            y += p[2];
        }
        return std::sqrt(x * x + y * y);
    }

    test::TempFolder folder;
    std::filesystem::path path = folder.path() / "jets.h5";
    std::vector<test::ToyJet> jets = test::make_toy_jets(kJets, kSlots, 3);
};

TEST_F(Hdf5ReaderTest, JetsComeBackAsWrittenWithoutPadding)
{
    const EventStore store = read();
    ASSERT_EQ(store.rows, static_cast<int64_t>(kJets));
    for (size_t b = 0; b < kJets; ++b) {
        EXPECT_EQ(constituents(store, static_cast<int64_t>(b)), jets[b].constituents) << b;
        EXPECT_EQ(integers(store.labels_B)[b], jets[b].label);
        EXPECT_EQ(integers(store.source_rows_B)[b], static_cast<int64_t>(b));
    }
    EXPECT_THAT(store.class_names, ElementsAre("qcd", "top"));
    EXPECT_EQ(store.row_noun, "jets");
    EXPECT_THAT(store.files, ElementsAre(path.string()));
    EXPECT_EQ(store.weights_B.sum().item<double>(), static_cast<double>(kJets));
}

TEST_F(Hdf5ReaderTest, ThreadsDoNotChangeAByte)
{
    std::vector<EventStore> stores;
    for (const int threads : {1, 4}) {
        set_thread_count(threads);
        stores.push_back(read("select: pt > 100\nobservers: [mass, truth_mass]"));
    }
    set_thread_count(0);
    EXPECT_TRUE(stores[0].constituents().momenta_T4.equal(stores[1].constituents().momenta_T4));
    EXPECT_TRUE(stores[0].constituents().offsets_B1.equal(stores[1].constituents().offsets_B1));
    EXPECT_TRUE(stores[0].source_rows_B.equal(stores[1].source_rows_B));
    for (const char* name : {"mass", "truth_mass"})
        EXPECT_TRUE(stores[0].scalars.at(name).equal(stores[1].scalars.at(name)));
}

TEST_F(Hdf5ReaderTest, RowRangesAreHalfOpen)
{
    EXPECT_EQ(integers(read("rows: 30:34").source_rows_B), (std::vector<int64_t>{30, 31, 32, 33}));
    EXPECT_EQ(integers(read("rows: '498:'").source_rows_B), (std::vector<int64_t>{498, 499}));
    EXPECT_EQ(read("rows: {train: ':3', val: '10:20'}").rows, 3);
    EXPECT_THAT(error("rows: 400:501"), HasSubstr("rows 400:501 do not exist (the file has 500"));
    EXPECT_THAT(error("rows: 5:5"), HasSubstr("test.yaml:3: data.rows: holds no row"));
    EXPECT_THAT(error("rows: a:5"), HasSubstr("must be a range"));
}

TEST_F(Hdf5ReaderTest, SelectionsKeepWhatTheFormulaKeeps)
{
    const EventStore store = read("select: pt > 300 && multiplicity >= 3 && truth_mass < 400");
    std::vector<int64_t> expected;
    for (size_t b = 0; b < kJets; ++b)
        if (pt(jets[b]) > 300 && jets[b].constituents.size() >= 3 && b + 0.5 < 400)
            expected.push_back(static_cast<int64_t>(b));
    EXPECT_EQ(integers(store.source_rows_B), expected);
    ASSERT_GT(expected.size(), 20u);
    EXPECT_EQ(constituents(store, 20), jets[static_cast<size_t>(expected[20])].constituents);
    EXPECT_THAT(error("select: pt > 1e9"), HasSubstr("no row is left (none passes 'pt > 1e9'"));
    EXPECT_THAT(error("select: truthmass > 1"), HasSubstr("Did you mean 'truth_mass'?"));
    EXPECT_THAT(error("select: pt >"), HasSubstr("test.yaml:3: data.select: a number"));
}

TEST_F(Hdf5ReaderTest, MaxRowsDrawsTheSameRowsAcrossTheFileEveryTime)
{
    const auto drawn = integers(read("max_rows: 100").source_rows_B);
    EXPECT_EQ(drawn.size(), 100u);
    EXPECT_TRUE(std::is_sorted(drawn.begin(), drawn.end()));
    EXPECT_EQ(std::set<int64_t>(drawn.begin(), drawn.end()).size(), 100u);
    EXPECT_EQ(integers(read("max_rows: 100").source_rows_B), drawn);
    // 100 of 500: each fifth of the file holds 20 +- 4.
    for (int64_t fifth = 0; fifth < 5; ++fifth)
        EXPECT_NEAR(
            std::count_if(drawn.begin(), drawn.end(), [&](int64_t r) { return r / 100 == fifth; }),
            20, 16);
    EXPECT_EQ(read("max_rows: 1000").rows, 500);
    const EventStore store = read("max_rows: 100");
    EXPECT_EQ(constituents(store, 7), jets[static_cast<size_t>(drawn[7])].constituents);
}

TEST_F(Hdf5ReaderTest, MaxRowsCountsTheRowsThatPassTheSelection)
{
    const EventStore all = read("select: pt > 300"), some = read("select: pt > 300\nmax_rows: 40");
    EXPECT_EQ(some.rows, 40);
    const auto passing = integers(all.source_rows_B), drawn = integers(some.source_rows_B);
    EXPECT_TRUE(std::includes(passing.begin(), passing.end(), drawn.begin(), drawn.end()));
}

TEST_F(Hdf5ReaderTest, TheHardestConstituentsAreKeptInTheirOrder)
{
    // Two soft constituents stand before the hard ones.
    std::vector<test::ToyJet> jet{
        {{{5, 3, 4, 0}, {1, 1, 0, 0}, {20, 0, 20, 0}, {10, 10, 0, 0}}, 1}};
    test::write_top_tagging(path, jet, 4, {.chunk = {1}});
    const EventStore store = read("max_constituents: 2\nobservers: [multiplicity, pt]");
    EXPECT_THAT(constituents(store, 0),
                ElementsAre(jet[0].constituents[2], jet[0].constituents[3]));
    EXPECT_EQ(store.scalars.at("multiplicity").item<float>(), 4);  // of the whole jet
    EXPECT_NEAR(store.scalars.at("pt").item<float>(), std::hypot(14.0, 24.0), 1e-5);
}

TEST_F(Hdf5ReaderTest, SignalAndBackgroundMayComeAsSeparateFiles)
{
    const auto other = folder.path() / "signal.h5";
    test::write_top_tagging(other, test::make_toy_jets(30, kSlots, 9), kSlots, {.chunk = {7}});
    const auto reader = reader_from(
        fmt::format("type: top_tagging\ntrain:\n  - {{file: {}, class: qcd, rows: '0:20'}}\n"
                    "  - {{file: {}, label: 1}}\n",
                    path.string(), other.string()));
    const EventStore store = reader->read(Split::train);
    EXPECT_EQ(store.rows, 50);
    for (int64_t b = 0; b < 50; ++b) {
        EXPECT_EQ(integers(store.labels_B)[static_cast<size_t>(b)], b < 20 ? 0 : 1);
        EXPECT_EQ(store.source_files_B[b].item<int>(), b < 20 ? 0 : 1);
        EXPECT_EQ(store.source_rows_B[b].item<int64_t>(), b < 20 ? b : b - 20);
    }
    EXPECT_THAT(store.files, ElementsAre(path.string(), other.string()));
    EXPECT_FALSE(reader->has(Split::val));
    EXPECT_THAT(test::user_error([&] { reader->read(Split::val); }),
                HasSubstr("data.val: no file"));
}

TEST_F(Hdf5ReaderTest, GlobsExpandInOrderOfName)
{
    for (const char* name : {"b.h5", "a.h5"})
        test::write_top_tagging(folder.path() / name, jets, kSlots, {.chunk = {100}});
    const auto store = reader_from("type: top_tagging\ntrain: " + (folder.path() / "?.h5").string())
                           ->read(Split::train);
    EXPECT_THAT(store.files,
                ElementsAre((folder.path() / "a.h5").string(), (folder.path() / "b.h5").string()));
    const auto reader =
        reader_from("type: top_tagging\ntrain: " + folder.path().string() + "/c*.h5");
    EXPECT_THAT(test::user_error([&] { reader->read(Split::train); }),
                HasSubstr("no file matches"));
}

TEST_F(Hdf5ReaderTest, ObserversAndWeightsAreColumnsOfTheFileOrOfTheJet)
{
    const EventStore store = read("observers: [truth_mass, ttv, pt]\nweights: truth_mass");
    EXPECT_EQ(store.scalars.at("truth_mass").scalar_type(), at::kFloat);
    EXPECT_EQ(store.scalars.at("ttv").scalar_type(), at::kLong);
    for (const int64_t b : {0, 31, 32, 499}) {
        EXPECT_EQ(store.scalars.at("ttv")[b].item<int64_t>(), 7);
        EXPECT_EQ(store.weights_B[b].item<double>(), static_cast<double>(b) + 0.5);
        EXPECT_NEAR(store.scalars.at("pt")[b].item<float>(), pt(jets[static_cast<size_t>(b)]),
                    1e-2);
    }
    EXPECT_THAT(error("observers: [truthmass]"), HasSubstr("Did you mean 'truth_mass'?"));
}

TEST_F(Hdf5ReaderTest, UnitsAreConvertedOnce)
{
    const EventStore gev = read(), mev = read("units: MeV");
    EXPECT_TRUE(
        mev.constituents().momenta_T4.mul(1000).allclose(gev.constituents().momenta_T4, 1e-6));
    EXPECT_THAT(error("units: eV"), HasSubstr("one of GeV, MeV, TeV"));
}

TEST_F(Hdf5ReaderTest, BalancedClassesHaveEqualSumsAndAMeanWeightOfOne)
{
    const auto reader = reader_from(section("rows: 0:9\nclass_weights: balanced"));
    const auto factors = reader->class_weights(reader->read(Split::train));  // 5 qcd, 4 top
    ASSERT_EQ(factors.size(), 2u);
    EXPECT_DOUBLE_EQ(5 * factors[0], 4 * factors[1]);
    EXPECT_DOUBLE_EQ(5 * factors[0] + 4 * factors[1], 9);
    const auto given = reader_from(section("class_weights: {top: 2.5}"));
    EXPECT_THAT(given->class_weights(given->read(Split::train)), ElementsAre(1, 2.5));
    EXPECT_THAT(error("class_weights: {tops: 2}"), HasSubstr("unknown class 'tops'"));
}

TEST_F(Hdf5ReaderTest, LabelsOutsideTheClassesAreRefusedWithTheirRow)
{
    jets[123].label = 2;
    test::write_top_tagging(path, jets, kSlots, {.chunk = {50}});
    EXPECT_THAT(error(""), HasSubstr("jets.h5: row 123, column 'is_signal_new': label 2 is not a "
                                     "class (0 to 1 are wanted"));
    EXPECT_EQ(read("classes: [qcd, top, w]").rows, 500);
}

TEST_F(Hdf5ReaderTest, NewDataNeedNoLabels)
{
    const auto reader =
        reader_from(section("select: pt > 300\nobservers: [truth_mass, pt]\n"
                            "max_rows: 10\nrows: 0:100"));
    const auto plain = folder.path() / "plain.h5";
    {
        test::Hdf5Writer file(plain);
        for (const char* name : {"E_0", "PX_0", "PY_0", "PZ_0"})
            file.dataset(name, std::vector<float>{500, 10, 600}, {3});
    }
    const EventStore store = reader->read_files({plain});
    EXPECT_FALSE(store.labels_B.defined());
    EXPECT_EQ(integers(store.source_rows_B), (std::vector<int64_t>{0, 2}));
    EXPECT_EQ(store.scalars.count("truth_mass"), 0u);
    EXPECT_TRUE(reader->read_files({path}).labels_B.defined());
    EXPECT_GT(reader->read_files({path}).rows, 10);
}

TEST_F(Hdf5ReaderTest, ARangeOfOtherFilesIsAllThatIsReadOfThem)
{
    jets[123].label = 2;
    test::write_top_tagging(path, jets, kSlots, {.chunk = {50}});
    const auto reader = reader_from(section("rows: 0:1"));
    const EventStore store = reader->read_files({path, path}, {.range = {120, 123}});
    EXPECT_EQ(integers(store.source_rows_B), (std::vector<int64_t>{120, 121, 122, 120, 121, 122}));
    EXPECT_THAT(test::user_error([&] {
                    reader->read_files({path}, {.range = {120, 124}});
                }),
                HasSubstr("row 123, column 'is_signal_new'"));
    EXPECT_THAT(test::user_error([&] {
                    reader->read_files({path}, {.range = {490, 501}});
                }),
                HasSubstr("jets.h5: rows 490:501 do not exist (the file has 500 rows)"));
}

TEST_F(Hdf5ReaderTest, LabelsThatNobodyWantsNeedNotBeThereNorRight)
{
    jets[123].label = 2;
    test::write_top_tagging(path, jets, kSlots, {.chunk = {50}});
    const EventStore store =
        reader_from(section("weights: is_signal_new - 5"))->read_files({path}, {.labelled = false});
    EXPECT_EQ(store.rows, 500);
    EXPECT_FALSE(store.labelled());
    EXPECT_EQ(store.weights_B.sum().item<double>(), 500);
}

TEST_F(Hdf5ReaderTest, AnotherLayoutIsRefusedBeforeReading)
{
    test::Hdf5Writer(path).dataset("x", std::vector<float>{1}, {1});
    EXPECT_THAT(error(""), HasSubstr("no column matches 'E_*' (HDF5 datasets with 1 columns)"));
    EXPECT_THAT(test::user_error([&] { reader_from(section(""))->check(Split::train); }),
                HasSubstr("no column matches"));
    std::filesystem::remove(path);
    EXPECT_THAT(error(""), HasSubstr("jets.h5: file not found (an HDF5 file is wanted)."));
}

}  // namespace
}  // namespace jetsmith
