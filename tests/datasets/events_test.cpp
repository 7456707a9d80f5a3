// SPDX-License-Identifier: Apache-2.0
// The event reader: slots become ragged objects, expressions name labels, weights and selections.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/store_columns.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::integers;
using test::reader_from;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Events : public ::testing::Test {
  protected:
    Events() { test::write_three_events(path); }

    std::unique_ptr<Reader> reader(const std::string& yaml)
    {
        return reader_from("type: events\nclasses: [a, b]\ntrain: " + path.string() + "\n" + yaml);
    }
    EventStore read(const std::string& yaml = "") { return reader(yaml)->read(Split::train); }
    static std::vector<double> values(const std::string& text, const EventStore& store)
    {
        return evaluate(Expression(text, "test"), store, "test");
    }

    test::TempFolder folder;
    std::filesystem::path path = folder.path() / "events.h5";
};

TEST_F(Events, SlotsThatAreNotValidLeaveNoTrace)
{
    const EventStore store = read();
    const Collection& jets = store.collections.at("jets");
    EXPECT_EQ(integers(jets.offsets_B1), (std::vector<int64_t>{0, 2, 2, 3}));
    EXPECT_THAT(test::floats(jets.columns.at("pt")), ElementsAre(50, 30, 80));
    EXPECT_EQ(jets.columns.at("btag").scalar_type(), at::kByte);
    EXPECT_FALSE(jets.columns.contains("valid"));
    EXPECT_TRUE(store.dense.empty());
    EXPECT_EQ(integers(store.labels_B), (std::vector<int64_t>{0, 1, 1}));
    EXPECT_THAT(store.class_names, ElementsAre("a", "b"));
    // E^2 = pT^2 cosh(eta)^2 + m^2, in double.
    const auto p = test::floats(jets.momenta_T4);
    EXPECT_NEAR(p[8], std::sqrt(std::pow(80 * std::cosh(1.5), 2) + 100), 2e-5);
    EXPECT_NEAR(p[9], 80 * std::cos(-3.0), 1e-5);
    EXPECT_NEAR(p[11], 80 * std::sinh(1.5), 2e-5);
}

TEST_F(Events, ExpressionsReachColumnsObjectsAndCollections)
{
    const EventStore store = read("weights: weight");
    EXPECT_THAT(values("met + 1", store), ElementsAre(21, 41, 61));
    EXPECT_THAT(values("otherwise(jets[0].pt, -1)", store), ElementsAre(50, -1, 80));
    EXPECT_THAT(values("otherwise(jets[1].btag, 9)", store), ElementsAre(0, 9, 9));
    EXPECT_THAT(values("count(jets)", store), ElementsAre(2, 0, 1));
    EXPECT_THAT(values("sum(jets.pt)", store), ElementsAre(80, 0, 80));
    EXPECT_THAT(values("source_row % 2", store), ElementsAre(0, 1, 0));
    EXPECT_NEAR(values("jets[0].px", store)[2], 80 * std::cos(-3.0), 1e-5);
    EXPECT_THAT(integers(store.source_rows_B), ElementsAre(0, 1, 2));
}

TEST_F(Events, QuantitiesThatTheFileDoesNotGiveComeFromTheMomenta)
{
    EventStore store = read();
    auto& columns = store.collections.at("jets").columns;
    for (const char* name : {"pt", "eta", "phi", "mass"}) columns.erase(name);
    EXPECT_NEAR(values("jets[0].pt", store)[0], 50, 1e-4);
    EXPECT_NEAR(values("jets[1].eta", store)[0], -1, 1e-5);
    EXPECT_NEAR(values("jets[0].phi", store)[2], -3, 1e-6);
    EXPECT_NEAR(values("jets[0].mass", store)[2], 10, 0.01);
    EXPECT_THAT(test::user_error([&] { values("sum(jets.mass)", store); }),
                HasSubstr("cannot be added up"));
}

TEST_F(Events, WeightsMayBeNegativeAndAreBalancedInTheLossAlone)
{
    const auto r = reader("weights: weight");
    const EventStore store = r->read(Split::train);
    EXPECT_EQ(store.weights_B.const_data_ptr<double>()[1], -2);
    // Sums 100 and 1 become equal; their total stays 101.
    EXPECT_THAT(r->class_weights(store), ElementsAre(101.0 / 200, 101.0 / 2));
    EXPECT_THAT(reader("weights: weight\nclass_weights: none")->class_weights(store),
                ElementsAre(1, 1));
}

TEST_F(Events, SelectionLabelsAndObserversAreExpressions)
{
    const EventStore store =
        read("select: count(jets) > 0\nlabel: met > 50\nobservers: ['jets[0].pt / met']");
    EXPECT_THAT(integers(store.source_rows_B), ElementsAre(0, 2));
    EXPECT_THAT(integers(store.labels_B), ElementsAre(0, 1));
    EXPECT_DOUBLE_EQ(store.scalars.at("jets[0].pt / met").const_data_ptr<double>()[0], 2.5);
    EXPECT_EQ(read("select: met > 30\nmax_rows: 1").rows, 1);
    EXPECT_EQ(read("max_rows: 2").rows, 2);
}

TEST_F(Events, UnitsConvertObjectsAndNamedColumns)
{
    const EventStore store = read("units: TeV\nenergies: [met]");
    EXPECT_THAT(values("jets[0].pt", store)[0], 50e3);
    EXPECT_THAT(values("jets[0].mass", store)[0], 5e3);
    EXPECT_THAT(values("met", store)[1], 40e3);
    EXPECT_THAT(values("jets[0].eta", store)[0], 0.5);
}

TEST_F(Events, PlainDatasetsOfTheSameShapeAreEvents)
{
    {
        test::Hdf5Writer file(path);
        file.dataset("muons/PT", std::vector<float>{5, 0, 7, 8}, {2, 2});
        file.dataset("muons/Eta", std::vector<float>{1, 0, 1, 2}, {2, 2});
        file.dataset("muons/Phi", std::vector<float>{1, 0, 1, 2}, {2, 2});
        file.dataset("muons/charge", std::vector<int8_t>{-1, 0, 1, -1}, {2, 2});
        file.dataset("lead/pt", std::vector<float>{0, 3}, {2});
        file.dataset("lead/eta", std::vector<float>{0, 1}, {2});
        file.dataset("lead/phi", std::vector<float>{0, 1}, {2});
        file.dataset("ht", std::vector<double>{10, 20}, {2});
        file.dataset("label", std::vector<int64_t>{1, 0}, {2});
        file.dataset("cross_sections", std::vector<double>{1, 2, 3}, {3});
    }
    const EventStore store = read();
    EXPECT_THAT(integers(store.collections.at("muons").offsets_B1), ElementsAre(0, 1, 3));
    EXPECT_THAT(values("sum(muons.charge)", store), ElementsAre(-1, 0));
    EXPECT_THAT(values("count(lead)", store), ElementsAre(0, 1));
    EXPECT_THAT(values("ht", store), ElementsAre(10, 20));
    EXPECT_THAT(integers(store.labels_B), ElementsAre(1, 0));
}

TEST_F(Events, MistakesNameTheKeyAndTheNearestColumn)
{
    const auto error = [&](const std::string& yaml) {
        return test::user_error([&] { reader(yaml)->check(Split::train); });
    };
    EXPECT_EQ(error(""), "no error");
    EXPECT_THAT(error("select: jets[0].pT > 5"), HasSubstr("Did you mean 'jets[0].pt'?"));
    EXPECT_THAT(error("select: mett > 5"), HasSubstr("data.select: 'mett' of 'mett > 5' was not"));
    EXPECT_THAT(error("label: proces"), HasSubstr("Did you mean 'process'?"));
    EXPECT_THAT(error("weights: wight"), HasSubstr("data.weights: 'wight'"));
    EXPECT_THAT(error("energies: [mett]"), HasSubstr("data.energies: the data have no column"));
    EXPECT_THAT(test::user_error([&] { read("label: process + 1"); }),
                HasSubstr("events.h5: row 1, 'process + 1': label 2 is not a class (0 to 1 are"));
    EXPECT_THAT(test::user_error([&] { read("select: met > 1000"); }),
                HasSubstr("no row is left (none passes 'met > 1000'"));
    EXPECT_THAT(test::user_error([&] { reader_from("type: events\ntrain: " + path.string()); }),
                HasSubstr("data.classes"));
    test::Hdf5Writer(path).group("empty");
    EXPECT_THAT(error(""), HasSubstr("holds no events"));
}

TEST_F(Events, OtherFilesMayLackLabelsAndWeights)
{
    const auto r = reader("weights: weight");
    const auto other = folder.path() / "other.h5";
    {
        test::Hdf5Writer file(other);
        file.dataset("met", std::vector<float>{1, 2}, {2});
    }
    const EventStore store = r->read_files({other});
    EXPECT_FALSE(store.labels_B.defined());
    EXPECT_EQ(store.weights_B.sum().item<double>(), 2);
}

TEST_F(Events, LabelsAndWeightsThatNobodyWantsAreNotLookedAt)
{
    const EventStore store =
        reader("label: process + 7\nweights: met")->read_files({path}, {.labelled = false});
    EXPECT_GT(store.rows, 0);
    EXPECT_FALSE(store.labels_B.defined());
    EXPECT_EQ(store.weights_B.sum().item<double>(), static_cast<double>(store.rows));
}

TEST_F(Events, FlavourTaggingRecordsAreJetsOfOneObjectAndTracksAroundThem)
{
    const auto file = folder.path() / "tagging.h5";
    test::TaggingJets(10).write(file, 4);
    const auto store =
        reader_from("type: events\nclasses: [light, c, b]\nunits: MeV\ntrain: " + file.string() +
                    "\nlabel: max(jets[0].HadronConeExclTruthLabelID - 3, 0)")
            ->read(Split::train);
    EXPECT_EQ(integers(store.labels_B), (std::vector<int64_t>{0, 1, 2, 0, 1, 2, 0, 1, 2, 0}));
    const Collection& tracks = store.collections.at("tracks");
    EXPECT_EQ(integers(tracks.offsets_B1),
              (std::vector<int64_t>{0, 0, 1, 3, 6, 6, 7, 9, 12, 12, 13}));
    EXPECT_EQ(integers(store.collections.at("jets").offsets_B1).back(), 10);
    EXPECT_FLOAT_EQ(tracks.columns.at("pt")[3].item<float>(), 1.003F) << "GeV";
    EXPECT_FLOAT_EQ(tracks.columns.at("d0")[3].item<float>(), 0.03F) << "as stored";
    // The second track of row 2, about the axis of its jet.
    const auto p = test::floats(tracks.momenta_T4);
    EXPECT_NEAR(p[8], 1.002 * std::cosh(0.2), 1e-6);
    EXPECT_NEAR(p[10], 1.002 * std::sin(-0.05), 1e-6);
    EXPECT_NEAR(values("jets[0].pt", store)[9], 50.09, 1e-4);
}

}  // namespace
}  // namespace jetsmith
