// SPDX-License-Identifier: Apache-2.0
// Constituent features against their definitions in double (tests/support/particle_reference.h).
#include "kernels/particle_features/particle_features.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/errors.h"
#include "core/parallel.h"
#include "tests/support/particle_cases.h"
#include "tests/support/particle_reference.h"

namespace jetsmith {
namespace {

using kernels::ParticleAugment;
using kernels::ParticleFeature;
using kernels::ParticleFeatures;
using kernels::ParticleFeaturesOptions;
using test::all_rows;
using test::cases;
using test::describe;
using test::massive_jets;

/// Largest difference to the definitions; infinite where the number of constituents differs.
double worst(const ParticleFeatures& found, const Collection& jets,
             const ParticleFeaturesOptions& o)
{
    const auto features = found.features_TF.cpu(), offsets = found.offsets_B1.cpu();
    const auto* offset = offsets.const_data_ptr<int64_t>();
    const float* value = features.const_data_ptr<float>();
    double largest = 0;
    for (int64_t row = 0; row < offsets.size(0) - 1; ++row) {
        const auto wanted = test::plain_features(jets, row, o);
        if (static_cast<int64_t>(wanted.size()) != offset[row + 1] - offset[row]) return INFINITY;
        for (const auto& particle : wanted)
            for (const double number : particle) {
                const double difference = std::abs(*value++ - number);
                if (!(difference <= largest)) largest = difference;
            }
    }
    return largest;
}

TEST(ParticleFeatures, EveryOptionAgreesWithTheDefinitionsInDouble)
{
    const auto jets = massive_jets(500);
    for (const auto& [name, o] : cases())
        EXPECT_LT(worst(describe(jets, o), jets, o), 3e-6) << name;
}

TEST(ParticleFeatures, AreUnchangedWhenTheJetCrossesThePhiBoundary)
{
    const auto jets = massive_jets(200);
    auto turned = jets;
    turned.momenta_T4 = jets.momenta_T4.clone();
    // A turn by pi - 0.01 about the beam.
    const double c = std::cos(M_PI - 0.01), s = std::sin(M_PI - 0.01);
    const auto px = jets.momenta_T4.select(1, 1), py = jets.momenta_T4.select(1, 2);
    turned.momenta_T4.select(1, 1).copy_(px * c - py * s);
    turned.momenta_T4.select(1, 2).copy_(px * s + py * c);
    const auto here = describe(jets, {}).features_TF, there = describe(turned, {}).features_TF;
    EXPECT_LT((here - there).abs().max().item<double>(), 3e-6);
}

TEST(ParticleFeatures, TheOrderOfTheFileChangesNoneOfThem)
{
    auto toys = toy::jets(100);
    const auto sorted = toy::collection(toys);
    for (auto& jet : toys) std::reverse(jet.begin(), jet.end());
    const auto reversed = toy::collection(toys);
    ParticleFeaturesOptions o;
    o.most = 8;  // selected by pt, therefore hardest first in both
    const auto here = describe(sorted, o), there = describe(reversed, o);
    EXPECT_LT((here.features_TF - there.features_TF).abs().max().item<double>(), 1e-6);
    const auto pt_here = sorted.momenta_T4.index_select(0, here.sources_T).select(1, 0);
    const auto pt_there = reversed.momenta_T4.index_select(0, there.sources_T).select(1, 0);
    EXPECT_TRUE(at::equal(pt_here, pt_there));
}

TEST(ParticleFeatures, ConstituentsThatCannotBeUsedCountAsAbsent)
{
    auto jets = toy::collection({toy::jet(1, 1, 6), {}, toy::jet(2, 1, 3)});
    auto clean = jets;
    float* p = jets.momenta_T4.mutable_data_ptr<float>();
    p[4 * 1] = NAN;
    p[4 * 2] = 0;
    p[4 * 3 + 1] = p[4 * 3 + 2] = 0;
    for (int i = 6; i < 9; ++i) p[4 * i + 3] = INFINITY;
    const auto found = describe(jets, {});
    EXPECT_TRUE(at::equal(found.offsets_B1, at::tensor({0, 3, 3, 3}, at::kLong)));
    EXPECT_TRUE(at::equal(found.sources_T, at::tensor({0, 4, 5}, at::kLong)));
    EXPECT_LT(worst(found, jets, {}), 3e-6);
    EXPECT_NEAR(found.fractions_T.sum().item<double>(), 1, 1e-6);
}

TEST(ParticleFeatures, ABatchWithoutConstituentsIsEmpty)
{
    const auto jets = toy::collection({{}, {}});
    const auto found = describe(jets, {});
    EXPECT_EQ(found.features_TF.sizes(), (at::IntArrayRef{0, 3}));
    EXPECT_TRUE(at::equal(found.offsets_B1, at::zeros({3}, at::kLong)));
    const auto none =
        kernels::particle_features(jets.momenta_T4, jets.offsets_B1, at::empty({0}, at::kLong), {});
    EXPECT_EQ(none.offsets_B1.numel(), 1);
}

TEST(ParticleFeatures, RandomRotationsKeepDistancesAndFollowTheKey)
{
    const auto jets = massive_jets(300);
    ParticleFeaturesOptions o;
    o.features = {ParticleFeature::y, ParticleFeature::phi, ParticleFeature::dr};
    ParticleAugment augment{true, M_PI, 7, 1, {}, all_rows(jets)};
    const auto one = describe(jets, o, augment).features_TF;
    EXPECT_TRUE(at::equal(one, describe(jets, o, augment).features_TF));
    const auto radius = (one.select(1, 0).square() + one.select(1, 1).square()).sqrt();
    EXPECT_LT((radius - one.select(1, 2)).abs().max().item<double>(), 3e-6);
    // Angles of the hardest constituents spread over the whole circle, as uniform ones do.
    const auto plain = describe(jets, o);
    const auto first = plain.offsets_B1.narrow(0, 0, 300);
    const auto angle = [&](const at::Tensor& f) {
        return at::atan2(f.select(1, 1), f.select(1, 0)).index_select(0, first);
    };
    const auto turn = angle(one);
    EXPECT_LT(turn.cos().mean().abs().item<double>(), 4 / std::sqrt(2.0 * 300));
    EXPECT_LT(turn.sin().mean().abs().item<double>(), 4 / std::sqrt(2.0 * 300));
    augment.epoch = 2;
    EXPECT_FALSE(at::equal(one, describe(jets, o, augment).features_TF));
}

TEST(ParticleFeatures, ThreadsChangeNoBit)
{
    const auto jets = massive_jets(400);
    set_thread_count(1);
    const auto alone = describe(jets, {}).features_TF;
    set_thread_count(4);
    EXPECT_TRUE(at::equal(alone, describe(jets, {}).features_TF));
    set_thread_count(0);
}

TEST(ParticleFeatures, RowsThatDoNotExistAreRefused)
{
    const auto jets = toy::collection(toy::jets(2));
    EXPECT_THROW(kernels::particle_features(jets.momenta_T4, jets.offsets_B1,
                                            at::full({1}, 2, at::kLong), {}),
                 InternalError);
}

}  // namespace
}  // namespace jetsmith
