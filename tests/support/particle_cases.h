// SPDX-License-Identifier: Apache-2.0
// Jets and options that the tests of constituent features share.
#pragma once

#include <ATen/ops/arange.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/particle_features/particle_features.h"
#include "tests/support/toy_jets.h"

namespace jetsmith::test {

using kernels::JetCentre;
using kernels::ParticleAugment;
using kernels::ParticleFeature;
using kernels::ParticleFeatures;
using kernels::ParticleFeaturesOptions;

inline const std::vector<ParticleFeature> kAll{
    ParticleFeature::z,      ParticleFeature::log_z,
    ParticleFeature::log_pt, ParticleFeature::log_energy,
    ParticleFeature::y,      ParticleFeature::phi,
    ParticleFeature::dr,     ParticleFeature::log_energy_fraction};

inline std::vector<std::pair<std::string, ParticleFeaturesOptions>> cases()
{
    std::vector<std::pair<std::string, ParticleFeaturesOptions>> all{{"defaults", {}}};
    ParticleFeaturesOptions o;
    o.features = kAll;
    for (const auto& [name, centre] :
         {std::pair{"centroid", JetCentre::pt_centroid}, std::pair{"axis", JetCentre::jet_axis},
          std::pair{"hardest", JetCentre::hardest}, std::pair{"none", JetCentre::none}}) {
        o.centre = centre;
        all.emplace_back(name, o);
        all.emplace_back(std::string(name) + ", eta", o);
        all.back().second.features[4] = ParticleFeature::eta;
    }
    o.centre = JetCentre::pt_centroid;
    o.rotate = o.flip = true;
    all.emplace_back("turned and mirrored", o);
    o.most = 12;
    all.emplace_back("hardest twelve", o);
    return all;
}

/// Toy jets whose constituents have a mass, so that y and eta differ.
inline Collection massive_jets(int count)
{
    auto toys = toy::jets(count);
    for (const int n : {1, 2, 31, 32, 33, 200}) toys.push_back(toy::jet(uint64_t(n), 9, n));
    auto jets = toy::collection(toys);
    jets.momenta_T4.select(1, 0).mul_(1.05);
    return jets;
}

inline at::Tensor all_rows(const Collection& jets)
{
    return at::arange(jets.offsets_B1.size(0) - 1, jets.offsets_B1.options());
}

inline ParticleFeatures describe(const Collection& jets, const ParticleFeaturesOptions& o,
                                 const std::optional<ParticleAugment>& augment = {})
{
    return kernels::particle_features(jets.momenta_T4, jets.offsets_B1, all_rows(jets), o, augment);
}

}  // namespace jetsmith::test
