// SPDX-License-Identifier: Apache-2.0
// Event isotropy, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_emd.h"
#include "tests/support/toy_files.h"

namespace jetsmith {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

constexpr double kPi = std::numbers::pi;

test::ProgramResult isotropies(const std::filesystem::path& file, const std::string& reference,
                               const std::filesystem::path& out,
                               const std::vector<std::string>& more)
{
    std::vector<std::string> all{"emd",     file.string(), "--isotropy",
                                 reference, "--out",       out.string()};
    all.insert(all.end(), more.begin(), more.end());
    return test::run_program(all);
}

TEST(IsotropyVerb, WritesOneColumnWithACertificate)
{
    const test::TempFolder folder;
    const auto file = folder.path() / "events.h5", out = folder.path() / "iso.h5";
    // One particle, two back to back, and a square.
    test::write_plain_jets(file,
                           {{{40, 0.3, 1}},
                            {{7, 0, 0}, {7, 2, kPi}},
                            {{5, 0, kPi / 4}, {5, 1, -kPi / 4}, {5, 2, 3}, {5, 3, -3}}},
                           4);
    const auto result =
        isotropies(file, "ring:4", out, {"--dataset", "jets", "--tier", "exact", "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const Json json = Json::parse(result.out);
    EXPECT_EQ(json["layout"], "rectangular");
    EXPECT_EQ(json["pairs"], 3);
    EXPECT_LE(json["max_gap"].get<double>(), 1e-10);
    const auto emd = hdf5::read_array<double>(hdf5::File::open(out), "emd");
    EXPECT_EQ(emd.shape, (std::vector<int64_t>{3, 1}));
    EXPECT_FALSE(hdf5::File::open(out)->has_dataset("/labels")) << "the events have none";
    const double unit = kPi / (kPi - 2);
    EXPECT_NEAR(emd.values[0], unit, 1e-9);
    EXPECT_NEAR(emd.values[1], unit * (1 - std::sqrt(0.5)), 1e-9);
    EXPECT_NEAR(emd.values[2], unit * (1 - std::cos(3 - 3 * kPi / 4)) / 2, 1e-9);
    const auto again = isotropies(file, "ring:4", out, {"--dataset", "jets", "--tier", "exact"});
    EXPECT_THAT(again.out, HasSubstr("3 isotropies (3 events to ring:4), all of them were there"));
    EXPECT_THAT(isotropies(file, "ring:8", out, {"--dataset", "jets", "--tier", "exact"}).err,
                HasSubstr("isotropy: \"ring:4\" there, \"ring:8\" here"));
}

TEST(IsotropyVerb, ReadsPublishedLayoutsInEveryGeometry)
{
    const test::TempFolder folder;
    const auto sample = test::sample_folder() / "test.h5";
    for (const char* reference : {"ring:128", "cylinder:16", "sphere:192"}) {
        const auto out = folder.path() / (std::string(reference).substr(0, 4) + ".h5");
        const auto result = isotropies(sample, reference, out, {"--rows", "0:20"});
        ASSERT_EQ(result.exit_code, 0) << result.err;
        const auto file = hdf5::File::open(out);
        // A jet is one direction: on the ring its particles all but keep together.
        const auto emd = hdf5::read_array<double>(file, "emd").values;
        ASSERT_EQ(emd.size(), 20U);
        for (const double value : emd) {
            if (*reference == 'c') continue;
            EXPECT_NEAR(value, *reference == 'r' ? 2.75 : 2, 0.5) << reference;
        }
        EXPECT_EQ(Json::parse(*file->text("/", "settings"))["isotropy"], reference);
    }
}

TEST(IsotropyVerb, BringsTheLabelsOfItsRowsAlong)
{
    const test::TempFolder folder;
    const auto sample = test::sample_folder() / "test.h5", out = folder.path() / "iso.h5";
    const auto result = isotropies(sample, "ring:16", out, {"--rows", "100:160"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto labels = hdf5::read_array<int64_t>(hdf5::File::open(out), "labels").values;
    const auto store =
        test::reader_from("type: top_tagging\nrows: \"100:160\"\ntrain: " + sample.string())
            ->read(Split::train);
    EXPECT_EQ(labels, test::integers(store.labels_B));
    EXPECT_THAT(labels, testing::AllOf(testing::Contains(0), testing::Contains(1)));
    const auto metrics = test::run_program({"metrics", out.string(), "--scores", "emd"});
    ASSERT_EQ(metrics.exit_code, 0) << metrics.err;
    EXPECT_THAT(metrics.out, testing::AllOf(HasSubstr(" qcd"), HasSubstr(" top")));
}

TEST(IsotropyVerb, OfAnEventWithoutParticlesIsNamed)
{
    const test::TempFolder folder;
    const auto file = folder.path() / "events.h5";
    test::write_plain_jets(file, {{{40, 0.3, 1}}, {}, {{7, 0, 0}}}, 2);
    const auto result =
        isotropies(file, "sphere:12", folder.path() / "iso.h5", {"--dataset", "jets"});
    EXPECT_EQ(result.exit_code, 0);
    EXPECT_THAT(result.err, HasSubstr("1 of 3 pairs have no distance (the first is row 1: "));
}

}  // namespace
}  // namespace jetsmith
