// SPDX-License-Identifier: Apache-2.0
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inputs/input.h"
#include "tests/support/particle_reference.h"
#include "tests/support/toy_jets.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Input> make_input(const std::string& yaml)
{
    Config config(parse_yaml("type: constituents\n" + yaml, "run.yaml"), "inputs", "a test");
    return Registry<Input>::make(config);
}

at::Tensor first_rows(int64_t count) { return at::arange(count, at::kLong); }

Batch make(const Input& input, const EventStore& store, int64_t rows)
{
    return input.make(store, first_rows(rows), std::nullopt, at::kFloat);
}

TEST(Constituents, DefaultsAreThePublishedFeatures)
{
    const auto store = toy::store(toy::jets(20));
    const auto input = make_input("");
    EXPECT_EQ(input->shape(store).features, 3);
    EXPECT_FALSE(input->shape(store).directions);
    EXPECT_FALSE(input->fixed_shapes());
    const auto batch = make(*input, store, 20);
    const auto* offset = batch.offsets_B1.const_data_ptr<int64_t>();
    for (int64_t jet = 0; jet < 20; ++jet) {
        const auto wanted = test::plain_features(store.constituents(), jet, {});
        ASSERT_EQ(static_cast<int64_t>(wanted.size()), offset[jet + 1] - offset[jet]);
        double sum = 0;
        for (int64_t t = offset[jet]; t < offset[jet + 1]; ++t) {
            const auto& particle = wanted[static_cast<size_t>(t - offset[jet])];
            for (int64_t f = 0; f < 3; ++f)
                EXPECT_NEAR(batch.features_TF[t][f].item<double>(), particle[size_t(f)], 2e-6);
            EXPECT_NEAR(batch.fractions_T[t].item<double>(), particle[0], 1e-6);
            sum += batch.fractions_T[t].item<double>();
        }
        EXPECT_NEAR(sum, 1, 1e-6);
    }
}

TEST(Constituents, EveryKeyReachesTheKernel)
{
    const auto store = toy::store(toy::jets(20));
    const auto input = make_input(
        "features: [log_pt, eta, phi, dr, log_energy, log_z, "
        "log_energy_fraction]\nmax_constituents: 5\ncentre: hardest\n"
        "rotate: true\nflip: true\n");
    kernels::ParticleFeaturesOptions o;
    using kernels::ParticleFeature;
    o.features = {ParticleFeature::log_pt,
                  ParticleFeature::eta,
                  ParticleFeature::phi,
                  ParticleFeature::dr,
                  ParticleFeature::log_energy,
                  ParticleFeature::log_z,
                  ParticleFeature::log_energy_fraction};
    o.most = 5;
    o.centre = kernels::JetCentre::hardest;
    o.rotate = o.flip = true;
    const auto& jets = store.constituents();
    const auto wanted =
        kernels::particle_features(jets.momenta_T4, jets.offsets_B1, first_rows(20), o);
    EXPECT_TRUE(at::equal(make(*input, store, 20).features_TF, wanted.features_TF));
    EXPECT_EQ(input->shape(store).features, 7);
}

TEST(Constituents, DirectionsAloneAreTold)
{
    const auto store = toy::store(toy::jets(2));
    EXPECT_TRUE(make_input("features: [y, phi]")->shape(store).directions);
    EXPECT_TRUE(make_input("features: [eta, phi, dr]")->shape(store).directions);
    EXPECT_FALSE(make_input("features: [y, phi, log_pt]")->shape(store).directions);
}

TEST(Constituents, ColumnsFollowTheFeaturesOfTheirConstituent)
{
    auto store = toy::store(toy::jets(10));
    auto& jets = store.collections["constituents"];
    const auto total = jets.momenta_T4.size(0);
    jets.columns["charge"] = at::arange(total, at::kInt).remainder(3).sub(1);
    const auto input = make_input("features: [log_energy]\ncolumns: [charge]\nmax_constituents: 7");
    EXPECT_EQ(input->shape(store).features, 2);
    EXPECT_FALSE(make_input("features: [y, phi]\ncolumns: [charge]")->shape(store).directions);
    const auto rows = first_rows(10).flip(0);
    const auto batch = input->make(store, rows, std::nullopt, at::kFloat);
    // The energy says which constituent it is.
    for (int64_t t = 0; t < batch.features_TF.size(0); ++t) {
        const auto energy = jets.momenta_T4.select(1, 0).to(at::kDouble);
        const auto which =
            (energy.log() - batch.features_TF[t][0].item<double>()).abs().argmin().item<int64_t>();
        EXPECT_EQ(batch.features_TF[t][1].item<float>(), static_cast<float>(which % 3 - 1));
    }
}

TEST(Constituents, RandomChangesFollowTheSourceRowThroughSubsetsAndEpochs)
{
    const auto store = toy::store(toy::jets(40));
    const auto input = make_input("augment: {flips: true, rotation: 3.1}");
    const auto random = [&](const EventStore& from, int64_t rows, uint32_t epoch) {
        return input->make(from, first_rows(rows), Augment{7, epoch, {}}, at::kFloat).features_TF;
    };
    const auto all = random(store, 40, 1);
    EXPECT_FALSE(at::equal(all, random(store, 40, 2)));
    EXPECT_FALSE(at::equal(all, make(*input, store, 40).features_TF));
    const auto part = store.select(at::arange(30, 40, at::kLong));
    const auto last = random(part, 10, 1);
    EXPECT_TRUE(at::equal(last, all.narrow(0, all.size(0) - last.size(0), last.size(0))));
}

TEST(Constituents, MistakesInTheConfigAreExplained)
{
    const auto error = [](const std::string& yaml) {
        return test::user_error([&] { make_input(yaml); });
    };
    EXPECT_THAT(error("features: [z, y, ph]"), HasSubstr("run.yaml:2: inputs.features"));
    EXPECT_THAT(error("features: []"), HasSubstr("names a feature twice, or none (seen: []"));
    EXPECT_THAT(error("features: [z, z]"), HasSubstr("names a feature twice, or none (seen: [z, z]"));
    EXPECT_THAT(error("features: [y, eta, phi]"), HasSubstr("two choices of the same axis"));
    EXPECT_THAT(error("max_constituents: -1"), HasSubstr("0 or more"));
    EXPECT_THAT(error("centre: axis"), HasSubstr("jet_axis"));
    EXPECT_THAT(error("augment: {rotaton: 1}"), HasSubstr("Did you mean 'rotation'?"));
}

TEST(Constituents, WhatTheDataLackIsNamed)
{
    const auto store = toy::store(toy::jets(2));
    EXPECT_THAT(test::user_error([&] { make(*make_input("collection: constituent"), store, 2); }),
                HasSubstr("Did you mean 'constituents'?"));
    EXPECT_THAT(test::user_error([&] { make_input("columns: [charge]")->shape(store); }),
                HasSubstr("inputs.columns: the constituents have no column 'charge'"));
}

}  // namespace
}  // namespace jetsmith
