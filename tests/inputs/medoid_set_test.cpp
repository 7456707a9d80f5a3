// SPDX-License-Identifier: Apache-2.0
#include "inputs/medoid_set.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/medoid_file.h"
#include "tests/support/temp_folder.h"
#include "tests/support/user_error.h"

namespace jetsmith::inputs {
namespace {

using test::ToyMedoids;
using testing::HasSubstr;

constexpr auto kPlace = "run.yaml:5: inputs.medoids";

/// Jets of one and of two particles.
ToyMedoids two_jets(const std::string& settings)
{
    return {{{{0.25}, {-0.5}, {10}, {}, {}}, {{0, 0.5}, {0, 0.125}, {4, 3}, {}, {}}}, settings};
}

class MedoidSets : public testing::Test {
  protected:
    MedoidSet read(const ToyMedoids& medoids) const
    {
        test::write_medoids(path("m.h5"), medoids);
        return MedoidSet::of_file(path("m.h5"), kPlace);
    }
    std::string error(const ToyMedoids& medoids) const
    {
        return test::user_error([&] { read(medoids); });
    }
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    const test::TempFolder folder_;
};

TEST_F(MedoidSets, GiveDistancesThatOneCanComputeByHand)
{
    const auto set = read(two_jets(R"({"ground": "jets", "radius": 0.5})"));
    kernels::EmdEvents one;
    one.x_T = at::tensor({0.25}, at::kDouble);
    one.y_T = at::tensor({0.0}, at::kDouble);
    one.weight_T = at::tensor({8.0}, at::kDouble);
    one.offsets_N1 = at::tensor({0, 1}, at::kLong);
    const auto result = set.distances(one);
    EXPECT_NEAR(result.values_K[0].item<double>(), 8 * 0.5 / 0.5 + 2, 1e-4);
    EXPECT_NEAR(result.values_K[1].item<double>(),
                4 * 0.25 / 0.5 + 3 * std::hypot(0.25, 0.125) / 0.5 + 1, 1e-4);
    EXPECT_EQ(set.judge(one).item<int8_t>(), 0);
}

/// Beside 1e15 GeV 500 GeV have a share, 1 MeV has none.
TEST_F(MedoidSets, JudgeAnEventByEveryMedoidNotByTheHeaviestAlone)
{
    auto medoids = two_jets(R"({"ground": "jets", "radius": 0.5})");
    medoids.events[0].weight = {500};
    medoids.events[1].weight = {100, 1e-3};
    const auto set = read(medoids);
    kernels::EmdEvents two;
    two.x_T = at::tensor({0.25, 0.5}, at::kDouble);
    two.y_T = at::tensor({0.0, 0.0}, at::kDouble);
    two.weight_T = at::tensor({700.0, 1e15}, at::kDouble);
    two.offsets_N1 = at::tensor({0, 1, 2}, at::kLong);
    const auto ok = static_cast<int8_t>(kernels::EmdStatus::ok);
    const auto bad = static_cast<int8_t>(kernels::EmdStatus::out_of_range);
    EXPECT_TRUE(set.judge(two).equal(at::tensor({ok, bad}, at::kChar)));
    EXPECT_TRUE(set.distances(two).status_K.equal(at::tensor({ok, ok, ok, bad}, at::kChar)));
}

TEST_F(MedoidSets, NameTheirMedoidsByClassOrNumber)
{
    auto medoids = two_jets(R"({"ground": "jets", "radius": 1.0})");
    EXPECT_EQ(read(medoids).name(1), "medoid 2");
    medoids.labels = {0, 4};
    medoids.class_names = {"qcd"};
    const auto set = read(medoids);
    EXPECT_EQ(set.name(0), "medoid 1 of qcd");
    EXPECT_EQ(set.name(1), "medoid 1 of class 4");
    EXPECT_EQ(MedoidSet::of_state(set.state(), kPlace).name(1), "medoid 1 of class 4");
}

TEST_F(MedoidSets, ThatCannotBeComparedAreRefused)
{
    EXPECT_THAT(error(two_jets(R"({"ground": "jets", "radius": 1.0, "files": [
                                   {"name": "a.h5", "sha256": "abc", "dataset": "jets"}]})")),
                HasSubstr("are of dataset 'jets', positions as somebody gave them"));
    EXPECT_THAT(error(two_jets(R"({"ground": "events",
                                   "objects": [{"collection": "jets", "kind": "jet"}]})")),
                HasSubstr("do not suit their settings"));
    EXPECT_THAT(error(two_jets(R"({"ground": "jets", "radius": -1})")),
                HasSubstr("m.h5:1: emd.radius: -1 is out of range"));
    EXPECT_THAT(error(two_jets("how?")), HasSubstr("attribute settings is no JSON object"));
    auto uneven = two_jets(R"({"ground": "jets", "radius": 1.0})");
    uneven.events[1].weight.pop_back();
    EXPECT_THAT(error(uneven), HasSubstr("its events do not fit each other"));
}

TEST_F(MedoidSets, WithoutTheirParticlesAreRefused)
{
    hdf5::ArrayWriter file(path("old.h5"));
    file.integer("format_version", 1);
    file.text("content", "medoids");
    file.text("settings", "{}");
    file.close();
    EXPECT_THAT(test::user_error([&] { MedoidSet::of_file(path("old.h5"), kPlace); }),
                HasSubstr("does not hold the particles of its medoids"));
}

}  // namespace
}  // namespace jetsmith::inputs
