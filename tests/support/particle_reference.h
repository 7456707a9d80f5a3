// SPDX-License-Identifier: Apache-2.0
// Constituent features from their definitions in double, one jet at a time.
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "kernels/particle_features/particle_features.h"
#include "tests/support/toy_jets.h"

namespace jetsmith::test {

using FeatureRows = std::vector<std::vector<double>>;

struct PlainParticle {
    double pt, energy, pz, l, phi;
};

inline double plain_delta_phi(double a, double b)
{
    return std::atan2(std::sin(a - b), std::cos(a - b));
}

/// (l, phi) about the centre, turned and mirrored.
inline void plain_frame(std::vector<PlainParticle>& jet, const kernels::ParticleFeaturesOptions& o,
                        bool pseudorapidity)
{
    using kernels::JetCentre;
    const auto hardest = *std::max_element(
        jet.begin(), jet.end(), [](const auto& a, const auto& b) { return a.pt < b.pt; });
    double pt = 0, energy = 0, px = 0, py = 0, pz = 0, l = 0, phi = 0;
    for (const auto& p : jet) {
        pt += p.pt, energy += p.energy, pz += p.pz;
        px += p.pt * std::cos(p.phi), py += p.pt * std::sin(p.phi);
        l += p.pt * p.l, phi += p.pt * plain_delta_phi(p.phi, hardest.phi);
    }
    double l0 = 0, phi0 = 0;
    if (o.centre == JetCentre::pt_centroid) l0 = l / pt, phi0 = hardest.phi + phi / pt;
    if (o.centre == JetCentre::hardest) l0 = hardest.l, phi0 = hardest.phi;
    if (o.centre == JetCentre::jet_axis) {
        const double p = std::sqrt(px * px + py * py + pz * pz);
        const double along = pseudorapidity ? p : energy;
        l0 = 0.5 * std::log((along + pz) / (along - pz)), phi0 = std::atan2(py, px);
    }
    for (auto& p : jet) p.l -= l0, p.phi = plain_delta_phi(p.phi, phi0);
    if (o.rotate) {
        // Eigenvector of the symmetric moment matrix with the larger eigenvalue.
        double xx = 0, xy = 0, yy = 0;
        for (const auto& p : jet)
            xx += p.pt * p.l * p.l, xy += p.pt * p.l * p.phi, yy += p.pt * p.phi * p.phi;
        const double mean = (xx + yy) / 2;
        const double larger = mean + std::sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
        double x = xy, y = larger - xx;
        if (std::hypot(x, y) < std::hypot(larger - yy, xy)) x = larger - yy, y = xy;
        const double norm = std::hypot(x, y) * (x < 0 ? -1 : 1);
        if (jet.size() > 1 && norm != 0)
            for (auto& p : jet) {
                const double u = (x * p.l + y * p.phi) / norm, v = (x * p.phi - y * p.l) / norm;
                p.l = u, p.phi = v;
            }
    }
    if (!o.flip) return;
    double first = 0, second = 0;
    for (const auto& p : jet)
        first += std::copysign(p.pt, p.l), second += std::copysign(p.pt, p.phi);
    for (auto& p : jet) p.l *= first < 0 ? -1 : 1, p.phi *= second < 0 ? -1 : 1;
}

/// The features of jet `row`, constituents hardest first.
inline FeatureRows plain_features(const Collection& jets, int64_t row,
                                  const kernels::ParticleFeaturesOptions& o)
{
    using kernels::ParticleFeature;
    const auto* offset = jets.offsets_B1.const_data_ptr<int64_t>();
    const float* momenta = jets.momenta_T4.const_data_ptr<float>();
    const bool eta = std::count(o.features.begin(), o.features.end(), ParticleFeature::eta) > 0;
    std::vector<PlainParticle> jet;
    for (int64_t i = offset[row]; i < offset[row + 1]; ++i) {
        const double e = momenta[4 * i], px = momenta[4 * i + 1], py = momenta[4 * i + 2],
                     pz = momenta[4 * i + 3];
        const double pt = std::hypot(px, py);
        if (!std::isfinite(e) || !std::isfinite(pt) || !std::isfinite(pz) || e <= 0 || pt <= 0)
            continue;
        const double transverse = std::max(eta ? 0.0 : e * e - pz * pz, pt * pt);
        jet.push_back({pt, e, pz, std::asinh(pz / std::sqrt(transverse)), std::atan2(py, px)});
    }
    std::stable_sort(jet.begin(), jet.end(),
                     [](const auto& a, const auto& b) { return a.pt > b.pt; });
    if (static_cast<int64_t>(jet.size()) > o.most) jet.resize(static_cast<size_t>(o.most));
    if (jet.empty()) return {};
    plain_frame(jet, o, eta);
    double pt = 0, energy = 0;
    for (const auto& p : jet) pt += p.pt, energy += p.energy;
    FeatureRows rows;
    for (const auto& p : jet) {
        std::vector<double> values;
        for (const auto feature : o.features) switch (feature) {
                case ParticleFeature::z: values.push_back(p.pt / pt); break;
                case ParticleFeature::log_z: values.push_back(std::log(p.pt / pt)); break;
                case ParticleFeature::log_pt: values.push_back(std::log(p.pt)); break;
                case ParticleFeature::log_energy: values.push_back(std::log(p.energy)); break;
                case ParticleFeature::log_energy_fraction:
                    values.push_back(std::log(p.energy / energy));
                    break;
                case ParticleFeature::y:
                case ParticleFeature::eta: values.push_back(p.l); break;
                case ParticleFeature::phi: values.push_back(p.phi); break;
                case ParticleFeature::dr: values.push_back(std::hypot(p.l, p.phi)); break;
            }
        rows.push_back(values);
    }
    return rows;
}

}  // namespace jetsmith::test
