// SPDX-License-Identifier: Apache-2.0
// The data types besides top_tagging: which columns each takes, and what it makes of them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/file_report.h"
#include "datasets/reader.h"
#include "tests/support/user_error.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

using test::floats;
using test::Hdf5Writer;
using test::integers;
using test::reader_from;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class DataTypes : public ::testing::Test {
  protected:
    EventStore read(const std::string& yaml)
    {
        return reader_from(yaml + "\ntrain: " + path.string())->read(Split::train);
    }

    /// An LHC Olympics frame with two slots for hadrons and, if asked for, a label.
    void write_lhco(bool labelled)
    {
        // pT, eta, phi; the padding of row 0 stands before its only hadron.
        std::vector<double> values{0, 0, 0, 10, 0.5, 1.25, /**/ 3, -1, -2, 40, 2, 3};
        std::vector<int64_t> names{0, 1, 2, 3, 4, 5};
        if (labelled) {
            values = {0, 0, 0, 10, 0.5, 1.25, 1, /**/ 3, -1, -2, 40, 2, 3, 0};
            names.push_back(6);
        }
        Hdf5Writer file(path);
        file.group("df");
        file.text("df", "pandas_type", "frame");
        file.integer("df", "nblocks", 1);
        file.dataset("df/axis0", names, {names.size()});
        file.dataset("df/block0_items", names, {names.size()});
        file.dataset("df/block0_values", values, {2, names.size()},
                     {.chunk = {7, names.size()}, .blosc = "blosclz"});
    }

    test::TempFolder folder;
    std::filesystem::path path = folder.path() / "data.h5";
};

TEST_F(DataTypes, LhcoHadronsBecomeMasslessFourMomentaWithoutPadding)
{
    write_lhco(true);
    const EventStore store = read("type: lhco_raw\nhadrons: 2");
    EXPECT_EQ(integers(store.labels_B), (std::vector<int64_t>{1, 0}));
    EXPECT_THAT(store.class_names, ElementsAre("background", "signal"));
    EXPECT_EQ(store.row_noun, "events");
    EXPECT_EQ(integers(store.constituents().offsets_B1), (std::vector<int64_t>{0, 1, 3}));
    const double expected[3][3] = {{10, 0.5, 1.25}, {3, -1, -2}, {40, 2, 3}};
    const auto p = floats(store.constituents().momenta_T4);
    for (size_t i = 0; i < 3; ++i) {
        const auto& [pt, eta, phi] = expected[i];
        EXPECT_NEAR(std::hypot(p[4 * i + 1], p[4 * i + 2]), pt, 1e-5);
        EXPECT_NEAR(std::atan2(p[4 * i + 2], p[4 * i + 1]), phi, 1e-6);
        EXPECT_NEAR(std::atanh(p[4 * i + 3] / p[4 * i]), eta, 1e-5);
        EXPECT_NEAR(
            p[4 * i] * p[4 * i],
            std::pow(p[4 * i + 1], 2) + std::pow(p[4 * i + 2], 2) + std::pow(p[4 * i + 3], 2),
            1e-6 * p[4 * i] * p[4 * i]);
    }
}

TEST_F(DataTypes, LhcoBlackBoxesHaveNoLabel)
{
    write_lhco(false);
    EXPECT_FALSE(read("type: lhco_raw\nhadrons: 2\nlabelled: false").labels_B.defined());
    EXPECT_THAT(test::user_error([&] { read("type: lhco_raw\nhadrons: 2"); }),
                HasSubstr("column '6' was not found"));
    EXPECT_THAT(test::user_error([&] { read("type: lhco_raw"); }),
                HasSubstr("was not found (pandas fixed with 6 columns)"));
}

TEST_F(DataTypes, JetImagesAreADenseColumnAndOneHotClasses)
{
    std::vector<double> images(3 * 2 * 2);
    for (size_t i = 0; i < images.size(); ++i) images[i] = static_cast<double>(i) / 4;
    {
        Hdf5Writer file(path);
        file.dataset("jetImage", images, {3, 2, 2}, {{2, 2, 2}, true, false, 5});
        file.dataset("jetClass", std::vector<double>{0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1},
                     {3, 5});
    }
    const EventStore store = read("type: jet_images");
    EXPECT_EQ(integers(store.labels_B), (std::vector<int64_t>{2, 0, 4}));
    EXPECT_THAT(store.class_names, ElementsAre("gluon", "quark", "W", "Z", "top"));
    EXPECT_EQ(store.dense.at("images").sizes(), (std::vector<int64_t>{3, 2, 2}));
    EXPECT_EQ(floats(store.dense.at("images")), std::vector<float>(images.begin(), images.end()));
    EXPECT_THAT(
        test::user_error([&] { read("type: jet_images\nclasses: [a, b]"); }),
        HasSubstr("label column 'jetClass' has 5 values per row (one, or one per class, 2"));
    Hdf5Writer(path).dataset("jetClass", std::vector<double>(5, 0.0), {1, 5});
    EXPECT_THAT(test::user_error([&] {
                    read(
                        "type: hdf5_table\nlabel: jetClass\n"
                        "classes: [a, b, c, d, e]");
                }),
                HasSubstr("row 0, column 'jetClass': no class is marked"));
}

TEST_F(DataTypes, PublishedJetImageFilesNameTheClassInTheOneHotColumnsOfJets)
{
    // Per jet 53 features, all larger than 1, then j_g j_q j_w j_z j_t and j_undef.
    constexpr size_t kColumns = 59, kFeatures = 53;
    const std::vector<int64_t> labels{3, 0, 4, 1};
    std::vector<double> jets(labels.size() * kColumns, 0.0);
    for (size_t b = 0; b < labels.size(); ++b) {
        for (size_t k = 0; k < kFeatures; ++k) jets[b * kColumns + k] = 100.0 + static_cast<double>(k);
        jets[b * kColumns + kFeatures + static_cast<size_t>(labels[b])] = 1;
    }
    {
        Hdf5Writer file(path);
        file.dataset("jetImage", std::vector<double>(4 * 4, 0.5), {4, 2, 2});
        file.dataset("jets", jets, {4, kColumns}, {{2, kColumns}, true, false, 5});
    }
    const EventStore store = read("type: jet_images");
    EXPECT_EQ(integers(store.labels_B), labels);
    EXPECT_THAT(store.class_names, ElementsAre("gluon", "quark", "W", "Z", "top"));
    EXPECT_EQ(store.row_noun, "jets");
    EXPECT_EQ(integers(read("type: jet_images\nlabel: 'jets[53:58]'").labels_B), labels);
    EXPECT_THAT(test::user_error([&] { read("type: jet_images\nlabel: 'jets[53:60]'"); }),
                HasSubstr("column 'jets[53:60]' does not exist ('jets' has 59 elements"));
    EXPECT_THAT(test::user_error([&] { read("type: jet_images\nlabel: jetClass"); }),
                HasSubstr("column 'jetClass' was not found"));
    const FileReport report = inspect_file(path);
    EXPECT_EQ(report.hint, "data:\n  type: jet_images\n  train: " + path.string());
    EXPECT_THAT(report.label_counts, ElementsAre(Pair(0, 1), Pair(1, 1), Pair(3, 1), Pair(4, 1)));
}

TEST_F(DataTypes, FeatureTablesKeepEveryScalarColumn)
{
    {
        Hdf5Writer file(path);
        test::pandas_fixed(file, "df", 2, {"mjj", "label", "tau21"});
        file.labels("df/block0_items", {"mjj", "tau21"});
        file.dataset("df/block0_values", std::vector<float>{3500, 0.25f, 2800, 0.5f}, {2, 2});
        file.labels("df/block1_items", {"label"});
        file.dataset("df/block1_values", std::vector<int64_t>{1, 0}, {2, 1});
    }
    const std::string yaml = "type: hdf5_table\nlabel: label\nclasses: [background, signal]\n";
    const EventStore store = read(yaml + "select: mjj > 3000");
    EXPECT_EQ(store.rows, 1);
    EXPECT_EQ(integers(store.labels_B), std::vector<int64_t>{1});
    EXPECT_EQ(store.row_noun, "rows");
    EXPECT_EQ(store.scalars.size(), 2u);
    EXPECT_EQ(store.scalars.at("tau21").item<float>(), 0.25f);
    EXPECT_EQ(read(yaml + "columns: [tau21]").scalars.size(), 1u);
    EXPECT_TRUE(store.collections.empty());
    EXPECT_THAT(test::user_error([&] { store.constituents(); }), HasSubstr("have no constituents"));
    EXPECT_THAT(test::user_error([&] { read("type: hdf5_table\nlabel: label"); }),
                HasSubstr("data.label: needs the names of its classes"));
}

TEST_F(DataTypes, ConstituentsMayLieInSeparateDatasetsOrInOne)
{
    // Two jets, three slots, (pt, eta, phi, mass); zero pt is padding.
    const std::vector<float> grid{10, 0.5, 1, 2, 0, 0, 0,  0, 0, 0, 0, 0,
                                  20, -1,  2, 0, 5, 1, -3, 1, 8, 0, 0, 4};
    std::vector<std::vector<float>> parts(4);
    for (size_t i = 0; i < grid.size(); ++i) parts[i % 4].push_back(grid[i]);
    {
        Hdf5Writer file(path);
        file.dataset("list", grid, {2, 3, 4}, {{1, 3, 2}, true, false, 1});
        const char* names[] = {"pt", "eta", "phi", "m"};
        for (size_t k = 0; k < 4; ++k)
            file.dataset(fmt::format("jet/{}", names[k]), parts[k], {2, 3}, {.chunk = {k + 1, 3}});
    }
    const EventStore separate = read(
        "type: hdf5_table\nconstituents: {pt: jet/pt, eta: jet/eta, "
        "phi: jet/phi, mass: jet/m}");
    const EventStore together = read(
        "type: hdf5_table\nconstituents: {pt: 'list[0]', "
        "eta: 'list[1]', phi: 'list[2]', mass: 'list[3]'}");
    EXPECT_EQ(integers(separate.constituents().offsets_B1), (std::vector<int64_t>{0, 1, 4}));
    EXPECT_TRUE(separate.constituents().momenta_T4.equal(together.constituents().momenta_T4));
    const auto p = floats(separate.constituents().momenta_T4);
    const double momentum = 10 * std::cosh(0.5);
    EXPECT_NEAR(p[0], std::sqrt(momentum * momentum + 4), 1e-5);
    EXPECT_NEAR(p[3], 10 * std::sinh(0.5), 1e-5);
    EXPECT_THAT(test::user_error([&] { read("type: hdf5_table\nconstituents: {pt: jet/pt}"); }),
                HasSubstr("energy, px, py, pz; or pt, eta, phi wanted"));
    EXPECT_THAT(test::user_error([&] {
                    read("type: hdf5_table\nconstituents: {pt: list, eta: list, phi: list}");
                }),
                HasSubstr("column 'list' has 4 values per constituent"));
}

TEST_F(DataTypes, ColumnsOfDifferentLengthAreRefused)
{
    {
        Hdf5Writer file(path);
        file.dataset("score", std::vector<float>{1, 2, 3}, {3});
        file.dataset("label", std::vector<uint8_t>{1, 0}, {2});
    }
    EXPECT_THAT(test::user_error([&] {
                    read("type: hdf5_table\nlabel: label\nclasses: [a, b]\ncolumns: [score]");
                }),
                HasSubstr("'score' has 3 rows, but '/label' has 2"));
}

TEST_F(DataTypes, NamelessTopTaggingTablesFollowThePublishedOrder)
{
    auto jets = test::make_toy_jets(20, 200, 4);
    test::write_top_tagging(path, jets, 200, {.chunk = {8}});
    test::PandasTable frame;
    frame.readable_names = false;
    for (const auto& jet : jets) {
        std::vector<double> row(804, 0.0);
        for (size_t i = 0; i < jet.constituents.size(); ++i)
            for (size_t c = 0; c < 4; ++c) row[4 * i + c] = jet.constituents[i][c];
        row.push_back(1);
        row.push_back(static_cast<double>(jet.label));
        frame.rows.push_back(row);
    }
    frame.floats.resize(804);
    frame.ints.resize(2);
    const auto nameless = folder.path() / "nameless.h5";
    {
        Hdf5Writer file(nameless);
        frame.write(file, {.chunk = {8}});
    }
    const EventStore named = read("type: top_tagging");
    const EventStore read_back =
        reader_from("type: top_tagging\ntrain: " + nameless.string())->read(Split::train);
    EXPECT_TRUE(named.constituents().momenta_T4.equal(read_back.constituents().momenta_T4));
    EXPECT_TRUE(named.labels_B.equal(read_back.labels_B));
}

}  // namespace
}  // namespace jetsmith
