// SPDX-License-Identifier: Apache-2.0
// One jet's constituents as numbers, written once for a processor (a group of one lane) and a GPU
// (a warp). A Group has lane(), lanes(), sum(double), least(float), largest(float),
// hardest(float pt, int position) and sync().
#pragma once

#include <cmath>

#include "core/host_device.h"
#include "core/random.h"
#include "kernels/particle_features/particle_features_arguments.h"

namespace jetsmith::kernels {

/// pt^2 of a constituent that takes part; -1 for one that counts as absent.
JETSMITH_HD float valid_pt2(const float* p)
{
    const float pt2 = p[1] * p[1] + p[2] * p[2];
    const bool finite = std::isfinite(p[0]) && std::isfinite(pt2) && std::isfinite(p[3]);
    return finite && p[0] > 0 && pt2 > 0 ? pt2 : -1.0F;
}

/// v - 2 pi n in [-pi, pi].
JETSMITH_HD float wrapped_angle(float v) { return std::remainder(v, 6.283185307179586F); }

/// Origin and axes in which a jet is described: (first, second) = axes * (l - l0, phi - phi0).
struct ParticleFrame {
    float l0, phi0;
    float ll, lp, pl, pp;  ///< rows of the matrix
    float total_pt, total_energy;
};

template <class Group>
JETSMITH_HD int count_particles(const Group& g, const float* momenta, int n)
{
    double count = 0;
    for (int i = g.lane(); i < n; i += g.lanes()) count += valid_pt2(momenta + 4 * i) > 0 ? 1 : 0;
    return static_cast<int>(g.sum(count));
}

/// True when the first `count` are the ones that take part: all valid, and none of the others is
/// harder.
template <class Group>
JETSMITH_HD bool first_are_hardest(const Group& g, const float* momenta, int n, int count)
{
    float least = INFINITY, largest = -1.0F;
    for (int i = g.lane(); i < n; i += g.lanes()) {
        const float pt2 = valid_pt2(momenta + 4 * i);
        if (i < count)
            least = std::fmin(least, pt2);
        else
            largest = std::fmax(largest, pt2);
    }
    least = g.least(least);
    return least > 0 && least >= g.largest(largest);
}

/// How many valid constituents are harder than i, equal ones counted in the order of the file.
JETSMITH_HD int rank_of(const float* momenta, int n, int i)
{
    const float own = valid_pt2(momenta + 4 * i);
    int rank = 0;
    for (int j = 0; j < n; ++j) {
        const float pt2 = valid_pt2(momenta + 4 * j);
        rank += pt2 > own || (pt2 == own && j < i) ? 1 : 0;
    }
    return rank;
}

/// pt, E, rapidity or pseudorapidity, phi.
JETSMITH_HD void locate_particle(const float* p, bool pseudorapidity, float* to)
{
    const double pt2 = double{p[1]} * p[1] + double{p[2]} * p[2];
    const double transverse = double{p[0]} * p[0] - double{p[3]} * p[3];  // rounding may spoil it
    const double scale = pseudorapidity || !(transverse > pt2) ? pt2 : transverse;
    to[0] = static_cast<float>(std::sqrt(pt2));
    to[1] = p[0];
    to[2] = std::asinh(static_cast<float>(p[3] / std::sqrt(scale)));
    to[3] = std::atan2(p[2], p[1]);
}

/// Fills located and sources of one jet.
template <class Group>
JETSMITH_HD void locate_jet(const Group& g, const ParticleFeaturesArguments& a, int64_t first,
                            int n, int64_t begin, int count)
{
    const float* momenta = a.momenta + 4 * first;
    const bool as_they_are = first_are_hardest(g, momenta, n, count);
    for (int i = g.lane(); i < n; i += g.lanes()) {
        if (as_they_are && i >= count) break;
        if (!as_they_are && !(valid_pt2(momenta + 4 * i) > 0)) continue;
        const int position = as_they_are ? i : rank_of(momenta, n, i);
        if (position >= count) continue;
        locate_particle(momenta + 4 * i, a.pseudorapidity, a.located + 4 * (begin + position));
        a.sources[begin + position] = first + i;
    }
    g.sync();
}

/// The point that becomes the origin. Makes every phi relative to the hardest constituent first, so
/// that no jet is cut at phi = pi.
template <class Group>
JETSMITH_HD ParticleFrame centred_frame(const Group& g, const ParticleFeaturesArguments& a,
                                        float* located, int count)
{
    ParticleFrame f{0, 0, 1, 0, 0, 1, 0, 0};
    float pt = -1;
    int hardest = 0;
    for (int i = g.lane(); i < count; i += g.lanes())
        if (located[4 * i] > pt) pt = located[4 * i], hardest = i;
    hardest = g.hardest(pt, hardest);
    const float l_hard = located[4 * hardest + 2];
    const float phi_hard = a.centre == JetCentre::none ? 0.0F : located[4 * hardest + 3];
    g.sync();
    double total = 0, energy = 0, l = 0, phi = 0, px = 0, py = 0, pz = 0;
    for (int i = g.lane(); i < count; i += g.lanes()) {
        float* p = located + 4 * i;
        p[3] = wrapped_angle(p[3] - phi_hard);
        total += p[0], energy += p[1];
        l += double{p[0]} * p[2], phi += double{p[0]} * p[3];
        if (a.centre != JetCentre::jet_axis) continue;
        px += p[0] * std::cos(p[3]), py += p[0] * std::sin(p[3]);
        pz += a.pseudorapidity ? p[0] * std::sinh(p[2]) : p[1] * std::tanh(p[2]);
    }
    total = g.sum(total), energy = g.sum(energy);
    f.total_pt = static_cast<float>(total), f.total_energy = static_cast<float>(energy);
    if (a.centre == JetCentre::pt_centroid) {
        f.l0 = static_cast<float>(g.sum(l) / total),
        f.phi0 = static_cast<float>(g.sum(phi) / total);
    } else if (a.centre == JetCentre::hardest) {
        f.l0 = l_hard;
    } else if (a.centre == JetCentre::jet_axis) {
        px = g.sum(px), py = g.sum(py), pz = g.sum(pz);
        const double along = a.pseudorapidity ? std::asinh(pz / std::sqrt(px * px + py * py))
                                              : std::atanh(pz / energy);
        f.l0 = static_cast<float>(along), f.phi0 = static_cast<float>(std::atan2(py, px));
    }
    return f;
}

/// Turns the axis of largest extent to the first axis: tan(2 theta) = 2 m11 / (m20 - m02).
template <class Group>
JETSMITH_HD void turn_frame(const Group& g, const float* located, int count, ParticleFrame& f)
{
    double m20 = 0, m11 = 0, m02 = 0;
    for (int i = g.lane(); i < count; i += g.lanes()) {
        const float* p = located + 4 * i;
        const double l = p[2] - f.l0, phi = p[3] - f.phi0;
        m20 += p[0] * l * l, m11 += p[0] * l * phi, m02 += p[0] * phi * phi;
    }
    const double y = 2 * g.sum(m11), x = g.sum(m20) - g.sum(m02);
    if (!(std::sqrt(x * x + y * y) > 1e-12 * f.total_pt)) return;  // a round jet has no axis
    const double theta = 0.5 * std::atan2(y, x);
    f.ll = f.pp = static_cast<float>(std::cos(theta));
    f.lp = static_cast<float>(std::sin(theta)), f.pl = -f.lp;
}

/// Mirrors each axis so that the half with more pt lies above 0.
template <class Group>
JETSMITH_HD void flip_frame(const Group& g, const float* located, int count, ParticleFrame& f)
{
    double first = 0, second = 0;
    for (int i = g.lane(); i < count; i += g.lanes()) {
        const float* p = located + 4 * i;
        const float l = p[2] - f.l0, phi = p[3] - f.phi0;
        const float u = f.ll * l + f.lp * phi, v = f.pl * l + f.pp * phi;
        first += u > 0 ? p[0] : u < 0 ? -p[0] : 0.0F;
        second += v > 0 ? p[0] : v < 0 ? -p[0] : 0.0F;
    }
    if (g.sum(first) < 0) f.ll = -f.ll, f.lp = -f.lp;
    if (g.sum(second) < 0) f.pl = -f.pl, f.pp = -f.pp;
}

JETSMITH_HD void randomise_frame(const ParticleFeaturesArguments& a, int64_t jet, ParticleFrame& f)
{
    const uint32_t epoch = a.device_epoch ? static_cast<uint32_t>(*a.device_epoch) : a.epoch;
    const auto words =
        philox({a.seed, Purpose::augment, epoch, static_cast<uint64_t>(a.random_rows[jet])}, 0);
    if (a.random_flips && (words[0] & 1)) f.ll = -f.ll, f.lp = -f.lp;
    if (a.random_flips && (words[0] & 2)) f.pl = -f.pl, f.pp = -f.pp;
    const double angle = a.random_rotation * (words[1] * (2.0 / 4294967296.0) - 1.0);
    const auto c = static_cast<float>(std::cos(angle)), s = static_cast<float>(std::sin(angle));
    const ParticleFrame old = f;
    f.ll = c * old.ll - s * old.pl, f.lp = c * old.lp - s * old.pp;
    f.pl = s * old.ll + c * old.pl, f.pp = s * old.lp + c * old.pp;
}

JETSMITH_HD float particle_feature(ParticleFeature feature, const ParticleFrame& f, const float* p)
{
    const float l = p[2] - f.l0, phi = p[3] - f.phi0;
    switch (feature) {
        case ParticleFeature::z: return p[0] / f.total_pt;
        case ParticleFeature::log_z: return std::log(p[0] / f.total_pt);
        case ParticleFeature::log_pt: return std::log(p[0]);
        case ParticleFeature::log_energy: return std::log(p[1]);
        case ParticleFeature::log_energy_fraction: return std::log(p[1] / f.total_energy);
        case ParticleFeature::y:
        case ParticleFeature::eta: return f.ll * l + f.lp * phi;
        case ParticleFeature::phi: return f.pl * l + f.pp * phi;
        case ParticleFeature::dr: return std::sqrt(l * l + phi * phi);
    }
    return 0;
}

/// The second pass over one jet: located, sources, features and fractions.
template <class Group>
JETSMITH_HD void describe_jet(const Group& g, const ParticleFeaturesArguments& a, int64_t jet)
{
    const int64_t begin = a.out_offsets[jet];
    const int count = static_cast<int>(a.out_offsets[jet + 1] - begin);
    if (count == 0) return;
    const int64_t first = a.offsets[a.rows[jet]];
    const int n = static_cast<int>(a.offsets[a.rows[jet] + 1] - first);
    locate_jet(g, a, first, n, begin, count);
    float* located = a.located + 4 * begin;
    ParticleFrame frame = centred_frame(g, a, located, count);
    g.sync();
    if (a.rotate) turn_frame(g, located, count, frame);
    if (a.flip) flip_frame(g, located, count, frame);
    if (a.augment) randomise_frame(a, jet, frame);
    for (int i = g.lane(); i < count; i += g.lanes()) {
        const float* p = located + 4 * i;
        float* to = a.features + (begin + i) * a.feature_count;
        for (int k = 0; k < a.feature_count; ++k) to[k] = particle_feature(a.feature[k], frame, p);
        a.fractions[begin + i] = p[0] / frame.total_pt;
    }
}

}  // namespace jetsmith::kernels
