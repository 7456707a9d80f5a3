// SPDX-License-Identifier: Apache-2.0
// The public files as their publishers wrote them, against numbers obtained with other programs.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "datasets/data_card.h"
#include "datasets/file_report.h"
#include "datasets/jet_kinematics.h"
#include "datasets/reader.h"
#include "tests/support/card_of.h"
#include "tests/support/paths.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

using test::constituents;
using test::integers;
using test::reader_from;

EventStore read(const std::string& yaml, const std::filesystem::path& path)
{
    return reader_from(yaml + "\ntrain: " + path.string())->read(Split::train);
}

TEST(PublicData, FirstTrainingJetIsTheOneThatItsUsersQuote)
{
    const auto path = test::public_data("top_tagging/train.h5");
    JETSMITH_NEEDS_DATA(path);
    const EventStore store = read("type: top_tagging\nrows: 0:80", path);
    const auto first = constituents(store, 0).front();
    EXPECT_NEAR(first[0], 474.0711, 5e-5);
    EXPECT_NEAR(first[1], -250.3470, 5e-5);
    EXPECT_NEAR(first[2], -223.6520, 5e-5);
    EXPECT_NEAR(first[3], -334.7381, 5e-5);
    EXPECT_EQ(integers(store.labels_B)[0], 0);
}

TEST(PublicData, TopTaggingJetsHaveThePublishedProperties)
{
    const auto path = test::public_data("top_tagging/train.h5");
    JETSMITH_NEEDS_DATA(path);
    const EventStore store = read("type: top_tagging", path);
    ASSERT_EQ(store.rows, 80000);
    const auto split = test::card_of({{"train", &store}}).splits.front();
    const auto card = split.collections.at("constituents");
    EXPECT_NEAR(card.mean, 49.1, 0.1);
    EXPECT_GE(card.smallest, 4);
    EXPECT_LE(card.largest, 150);
    EXPECT_TRUE(split.bad_values.empty());
    const at::Tensor pt = jet_quantity(store.constituents(), "pt");
    EXPECT_GT(pt.min().item<double>(), 549);
    EXPECT_LT(pt.max().item<double>(), 651);
    EXPECT_LT(jet_quantity(store.constituents(), "eta").abs().max().item<double>(), 2.01);
}

TEST(PublicData, ZlibAndBloscFilesHoldTheSameRows)
{
    const auto blosc = test::public_data("top_tagging/test.h5");
    const auto zlib = test::public_data("top_tagging/test_first2000_zlib.h5");
    JETSMITH_NEEDS_DATA(blosc);
    JETSMITH_NEEDS_DATA(zlib);
    const EventStore a = read("type: top_tagging\nrows: 0:2000", blosc);
    const EventStore b = read("type: top_tagging", zlib);
    EXPECT_TRUE(a.constituents().momenta_T4.equal(b.constituents().momenta_T4));
    EXPECT_TRUE(a.constituents().offsets_B1.equal(b.constituents().offsets_B1));
    EXPECT_TRUE(a.labels_B.equal(b.labels_B));
}

TEST(PublicData, RawOlympicsEventsHaveThePublishedProperties)
{
    const auto path = test::public_data("lhco/events_anomalydetection_tiny.h5");
    JETSMITH_NEEDS_DATA(path);
    const EventStore store = read("type: lhco_raw", path);
    EXPECT_EQ(store.rows, 1000);
    EXPECT_EQ(store.labels_B.sum().item<int64_t>(), 93);
    const auto card =
        test::card_of({{"train", &store}}).splits.front().collections.at("constituents");
    EXPECT_EQ(card.smallest, 47);
    EXPECT_EQ(card.largest, 482);
}

TEST(PublicData, FeatureFramesAreReadColumnByColumn)
{
    const auto path = test::public_data("lhco/events_anomalydetection_v2.features.h5");
    JETSMITH_NEEDS_DATA(path);
    const EventStore store =
        read("type: hdf5_table\nlabel: label\nclasses: [background, signal]", path);
    EXPECT_EQ(store.rows, 50000);
    EXPECT_EQ(store.scalars.size(), 14u);
    // The leading jet made the trigger: every event has one above 1.2 TeV.
    const at::Tensor pt =
        (store.scalars.at("pxj1").pow(2).add(store.scalars.at("pyj1").pow(2))).sqrt();
    EXPECT_GT(pt.min().item<float>(), 1199);
    // Sums that pandas gives for the same file.
    const auto sum = [&](const char* column) {
        return store.scalars.at(column).to(at::kDouble).sum().item<double>();
    };
    EXPECT_NEAR(sum("tau1j1"), 7854.02895, 1e-4);
    EXPECT_NEAR(sum("mj1") / 50000, 208.417622, 1e-5);
    EXPECT_EQ(store.labels_B.sum().item<int64_t>(), 4450);
}

TEST(PublicData, FramesOfSeveralBlocksMapTheirColumns)
{
    const auto path = test::public_data("lhco/clustering-lhco_scalars_sig01.h5");
    JETSMITH_NEEDS_DATA(path);
    const EventStore store = read("type: hdf5_table", path);
    EXPECT_EQ(store.rows, 872);
    int64_t integer_columns = 0;
    for (const auto& [name, values] : store.scalars)
        integer_columns += values.scalar_type() == at::kLong;
    EXPECT_EQ(store.scalars.size(), 46u);
    EXPECT_EQ(integer_columns, 5);
}

TEST(PublicData, PublishedImagesAndClassesAreRead)
{
    const auto path = test::public_data("jet_images/jetImage_7_100p_0_10000.h5");
    JETSMITH_NEEDS_DATA(path);
    const EventStore store = read("type: jet_images\nrows: 0:640", path);
    const at::Tensor& images = store.dense.at("images");
    EXPECT_EQ(images.sizes(), (std::vector<int64_t>{640, 100, 100}));
    EXPECT_GE(images.min().item<float>(), 0);
    EXPECT_GT(images.sum({1, 2}).min().item<float>(), 100);  // GeV of every jet
    for (int64_t c = 0; c < 5; ++c) EXPECT_GT(store.labels_B.eq(c).sum().item<int64_t>(), 64);
}

/// "VmHWM" or "VmRSS" in bytes; 0 where the system does not say.
int64_t memory(const std::string& which)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(which + ":")) return 1024 * std::stoll(line.substr(which.size() + 1));
    return 0;
}

TEST(PublicData, PeakMemoryStaysCloseToTheStore)
{
    const auto path = test::public_data("top_tagging/train.h5");
    JETSMITH_NEEDS_DATA(path);
    if (!(std::ofstream("/proc/self/clear_refs") << "5" << std::flush))
        GTEST_SKIP() << "this system does not let a process reset its peak memory";
    const int64_t before = memory("VmRSS");
    const EventStore store = read("type: top_tagging", path);
    const int64_t rise = memory("VmHWM") - before;
    EXPECT_LT(static_cast<double>(rise), 1.3 * static_cast<double>(store.bytes()) + 64e6);
}

TEST(PublicData, InspectRecognisesEveryFile)
{
    const std::pair<const char*, const char*> table[] = {
        {"top_tagging/train.h5", "type: top_tagging"},
        {"lhco/events_anomalydetection_tiny.h5", "type: lhco_raw"},
        {"lhco/events_anomalydetection_v2.features.h5", "type: hdf5_table"},
        {"jet_images/jetImage_7_100p_0_10000.h5", "type: jet_images"}};
    for (const auto& [name, type] : table) {
        const auto path = test::public_data(name);
        JETSMITH_NEEDS_DATA(path);
        const FileReport report = inspect_file(path);
        EXPECT_NE(report.hint.find(type), std::string::npos) << report.hint;
        // The hint is a config that reads the file.
        std::string yaml = report.hint.substr(report.hint.find('\n') + 1) + "\n  rows: 0:50\n";
        EXPECT_EQ(reader_from(yaml)->read(Split::train).rows, 50) << yaml;
    }
}

}  // namespace
}  // namespace jetsmith
