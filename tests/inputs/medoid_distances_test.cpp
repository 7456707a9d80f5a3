// SPDX-License-Identifier: Apache-2.0
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "inputs/input.h"
#include "tests/support/fit_input.h"
#include "tests/support/medoid_file.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_events.h"
#include "tests/support/toy_files.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using test::ToyMedoids;
using test::WeightedParticles;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kJets = R"({"ground": "jets", "radius": 0.8, "centre": "pt", "max_particles": 6})";

std::unique_ptr<Input> make_input(const std::string& yaml)
{
    Config config(parse_yaml("type: medoid_distances\n" + yaml, "run.yaml"), "inputs", "a test");
    return Registry<Input>::make(config);
}

at::Tensor features(const Input& input, const EventStore& store, const at::Tensor& rows)
{
    return input.make(store, rows, std::nullopt, at::kFloat).features_BF;
}

at::Tensor features(const Input& input, const EventStore& store)
{
    return features(input, store, at::arange(store.rows, at::kLong));
}

/// The `most` first (hardest) massless particles about their pT-weighted centroid.
WeightedParticles prepared(const test::ToyJet& jet, size_t most)
{
    WeightedParticles all;
    double sum = 0, x = 0, y = 0;
    for (size_t i = 0; i < std::min(most, jet.constituents.size()); ++i) {
        const auto& p = jet.constituents[i];
        const double pt = std::hypot(p[1], p[2]), eta = std::asinh(p[3] / pt);
        const double phi = std::atan2(p[2], p[1]);
        all.x.push_back(eta), all.y.push_back(phi), all.weight.push_back(pt);
        sum += pt, x += pt * eta, y += pt * phi;
    }
    for (auto& value : all.x) value -= x / sum;
    for (auto& value : all.y) value -= y / sum;
    return all;
}

/// 40 jets; medoids: jets 3, 8 and 21, with labels 0, 1, 1.
class MedoidDistances : public testing::Test {
  protected:
    MedoidDistances()
    {
        test::write_top_tagging(path("jets.h5"), jets, 12, {});
        store =
            test::reader_from("type: top_tagging\ntrain: " + path("jets.h5"))->read(Split::train);
        test::write_medoids(path("m.h5"), medoids());
    }

    ToyMedoids medoids(const std::string& settings = kJets) const
    {
        return {{prepared(jets[3], 6), prepared(jets[8], 6), prepared(jets[21], 6)},
                settings,
                {0, 1, 1},
                {"qcd", "top"}};
    }
    std::string path(const std::string& name) const { return (folder.path() / name).string(); }
    std::string yaml(const std::string& more = "") const
    {
        return "medoids: " + path("m.h5") + "\n" + more;
    }
    double expected(size_t row, size_t medoid, const test::JetGround& ground) const
    {
        return test::jet_distance(prepared(jets[row], 6), medoids().events[medoid], ground);
    }
    /// What is wrong with a file of medoids.
    std::string error(const std::string& name) const
    {
        return test::user_error([&] { make_input("medoids: " + path(name))->shape(store); });
    }

    const test::TempFolder folder;
    const std::vector<test::ToyJet> jets = test::make_toy_jets(40, 12, 5);
    EventStore store;
};

TEST_F(MedoidDistances, AreThoseOfAnIndependentSolver)
{
    const auto input = make_input(yaml("standardise: false"));
    EXPECT_EQ(input->shape(store).features, 3);
    const auto made = features(*input, store);
    for (size_t row = 0; row < jets.size(); ++row)
        for (size_t k = 0; k < 3; ++k)
            EXPECT_NEAR(made[row][k].item<double>(), expected(row, k, {.radius = 0.8}), 3e-3)
                << row << " " << k;  // 2e-6 of the total pT, below 1500 GeV
    EXPECT_LT(made[8][1].item<double>(), 1e-3) << "a medoid itself";
}

TEST_F(MedoidDistances, AreMeasuredAsTheFileSays)
{
    test::write_medoids(path("m.h5"), medoids(R"({"ground": "jets", "radius": 0.4, "beta": 2.0,
        "norm": true, "centre": "pt", "collection": "", "tier": "exact", "max_particles": 6})"));
    const auto made = features(*make_input(yaml("standardise: false")), store);
    for (size_t row = 0; row < jets.size(); ++row)
        EXPECT_NEAR(made[row][2].item<double>(),
                    expected(row, 2, {.radius = 0.4, .beta = 2, .norm = true}), 1e-6);
}

TEST_F(MedoidDistances, OfEventsCompareTheirObjects)
{
    test::write_three_events(path("events.h5"));
    const auto events =
        test::reader_from("type: events\nclasses: [a, b]\ntrain: " + path("events.h5"))
            ->read(Split::train);
    // Jets 50 (b-tagged) and 30, none, 80 (b-tagged); MET 20, 40, 60.
    const std::vector<WeightedParticles> rows{
        {{0.5, -1, 0}, {1, 2, 0.25}, {0.5, 0.3, 0.2}, {50, 30, 20}, {1, 0, 7}},
        {{0}, {-1}, {1}, {40}, {7}},
        {{1.5, 0}, {-3, 3}, {80 / 140.0, 60 / 140.0}, {80, 60}, {1, 7}}};
    test::write_medoids(path("m.h5"), {{rows[2], rows[0]}, R"({"ground": "events", "objects": [
        {"collection": "jets", "kind": "jet", "b_tag": "btag"}],
        "met": {"pt": "met", "phi": "met_phi"}, "id": {"jet-b_jet": 3.0}})"});
    std::array<double, 64> id;
    id.fill(1);
    id[1] = id[8] = 3;
    const auto input = make_input(yaml("standardise: false"));
    const auto made = features(*input, events);
    for (size_t row = 0; row < 3; ++row)
        for (size_t k = 0; k < 2; ++k)
            EXPECT_NEAR(made[row][k].item<double>(),
                        test::solve_transport(
                            test::event_problem(rows[row], rows[k == 0 ? 2 : 0], id, true))
                            .value,
                        1e-3)
                << row << " " << k;
    EXPECT_EQ(input->feature_name(1), "distance to medoid 2");
    EXPECT_THAT(test::user_error([&] { input->shape(store); }),
                HasSubstr("run.yaml:2: inputs.medoids: the data have no collection 'jets'"));
}

TEST_F(MedoidDistances, ToTheNearestMedoidOfEachClassFollow)
{
    const auto input = make_input(yaml("nearest: true\nstandardise: false"));
    EXPECT_EQ(input->shape(store).features, 5);
    const auto made = features(*input, store);
    EXPECT_TRUE(made.select(1, 3).equal(made.select(1, 0)));
    EXPECT_TRUE(made.select(1, 4).equal(at::minimum(made.select(1, 1), made.select(1, 2))));
    const std::vector<std::string> names{
        "distance to medoid 1 of qcd", "distance to medoid 1 of top", "distance to medoid 2 of top",
        "distance to the nearest medoid of qcd", "distance to the nearest medoid of top"};
    for (int64_t f = 0; f < 5; ++f)
        EXPECT_EQ(input->feature_name(f), names[static_cast<size_t>(f)]);
}

TEST_F(MedoidDistances, AreStandardisedByTheTrainingRows)
{
    const auto input = make_input(yaml());
    test::fit(*input, store);
    const auto plain = features(*make_input(yaml("standardise: false")), store).to(at::kDouble);
    const auto wanted = (plain - plain.mean(0)) / plain.std(0, /*unbiased=*/false);
    EXPECT_TRUE(at::allclose(features(*input, store).to(at::kDouble), wanted, 0, 1e-5));
}

TEST_F(MedoidDistances, NeedNoFileOnceTheyAreSaved)
{
    const auto input = make_input(yaml("nearest: true")), again = make_input(yaml("nearest: true"));
    test::fit(*input, store);
    std::filesystem::remove(path("m.h5"));
    again->load_state(input->state());
    EXPECT_EQ(again->shape(store).features, 5);
    EXPECT_TRUE(features(*again, store).equal(features(*input, store)));
    EXPECT_EQ(again->feature_name(2), "distance to medoid 2 of top");
    const InputState once = input->state(), twice = again->state();
    for (const auto& [name, values] : once) EXPECT_TRUE(values.equal(twice.at(name))) << name;
    EXPECT_EQ(once.size(), twice.size());
}

TEST_F(MedoidDistances, OfARowDependOnThatRowAlone)
{
    const auto input = make_input(yaml("standardise: false"));
    const auto all = features(*input, store);
    const at::Tensor some = at::tensor({7, 39, 7, 0}, at::kLong);
    EXPECT_TRUE(features(*input, store, some).equal(all.index_select(0, some)));
    const EventStore other = store.select(some);
    for (int pass = 0; pass < 2; ++pass) {  // of two stores in turn, both remembered
        EXPECT_TRUE(features(*input, other).equal(all.index_select(0, some)));
        EXPECT_TRUE(features(*input, store).equal(all));
    }
    for (int64_t row = 0; row < store.rows; ++row) {
        const EventStore one = store.select(at::tensor({row}, at::kLong));
        EXPECT_TRUE(features(*make_input(yaml("standardise: false")), one)[0].equal(all[row]));
    }
}

TEST_F(MedoidDistances, OfAStoreAreMeasuredOnce)
{
    const auto input = make_input(yaml("standardise: false"));
    const auto before = features(*input, store);
    store.collections.at("constituents").momenta_T4.mul_(2);
    EXPECT_TRUE(features(*input, store).equal(before)) << "remembered";
    EXPECT_FALSE(features(*input, store.select(at::arange(store.rows, at::kLong))).equal(before))
        << "another store, measured anew";
}

TEST_F(MedoidDistances, AreTheSameFromManyThreads)
{
    const auto input = make_input(yaml("standardise: false"));
    const auto alone = features(*make_input(yaml("standardise: false")), store);
    std::vector<at::Tensor> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& out : made) threads.emplace_back([&] { out = features(*input, store); });
    }
    for (const auto& out : made) EXPECT_TRUE(out.equal(alone));
}

TEST_F(MedoidDistances, OfRowsThatHaveNoneAreNoted)
{
    const auto input = make_input(yaml());
    RowFaults faults;
    input->judge(store, faults);
    EXPECT_TRUE(faults.empty());
    auto& particles = store.collections.at("constituents");
    const auto offsets = test::integers(particles.offsets_B1);
    particles.momenta_T4[offsets[4]].fill_(NAN);
    particles.momenta_T4.slice(0, offsets[9], offsets[10]).zero_();
    particles.momenta_T4[offsets[30]].fill_(1e-30);
    input->judge(store, faults);
    ASSERT_EQ(faults.size(), 3U);
    EXPECT_THAT(faults.at(4).reason, HasSubstr("NaN or infinity in"));
    EXPECT_EQ(faults.at(9).reason, "no constituents");
    EXPECT_EQ(faults.at(30).reason, "no distance to the medoids");
    EXPECT_THAT(faults.at(30).message, HasSubstr("differ by too many orders of magnitude"));
    EXPECT_THAT(test::user_error([&] { features(*input, store); }),
                HasSubstr("jets.h5: row 4 has no distance to medoid 1 of qcd"));
}

TEST_F(MedoidDistances, TellWhichFilesTheyAreOf)
{
    test::write_medoids(path("m.h5"), medoids(R"({"ground": "jets", "radius": 1.0,
        "program": "jetsmith", "files": [{"name": "a.h5", "sha256": "abc", "dataset": ""}]})"));
    EXPECT_THAT(make_input(yaml())->source_hashes(), ElementsAre("abc"));
}

TEST_F(MedoidDistances, AreRefusedWithAReason)
{
    EXPECT_THAT(error("none.h5"), HasSubstr("run.yaml:2: inputs.medoids: "));
    EXPECT_THAT(error("none.h5"), HasSubstr("none.h5 is not there (what jetsmith medoids --out"));
    EXPECT_THAT(error("jets.h5"), HasSubstr("jets.h5: holds no medoids (attribute content"));

    auto few = medoids();
    few.labels = {0, 1};
    few.events.pop_back();
    test::write_medoids(path("two.h5"), few);
    const auto input = make_input(yaml()), two = make_input("medoids: " + path("two.h5"));
    test::fit(*input, store);
    two->shape(store);
    EXPECT_THAT(test::user_error([&] { two->load_state(input->state()); }),
                HasSubstr("the saved state is of 3 medoids (wanted 2)"));
    EXPECT_THAT(test::user_error([&] { two->load_state({}); }),
                HasSubstr("the saved state has no medoids that fit"));
    auto damaged = input->state();
    damaged["medoid_offsets_K1"] = at::tensor({0, 5, 3, 9}, at::kLong);
    EXPECT_THAT(test::user_error([&] { input->load_state(damaged); }),
                HasSubstr("do not fit each other"));
}

TEST_F(MedoidDistances, WantParticles)
{
    store.collections.clear();
    EXPECT_THAT(error("m.h5"), HasSubstr("no collection 'constituents' of particles"));
}

}  // namespace
}  // namespace jetsmith
