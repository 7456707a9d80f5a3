// SPDX-License-Identifier: Apache-2.0
// What an EMD kernel is told: plain pointers and numbers, the same for the CPU and CUDA.
#pragma once

#include <cstdint>

namespace jetsmith::kernels {

/// What moving one unit of weight from particle i to particle j costs.
enum class EmdGround : int32_t {
    jets,    ///< (dR_ij / radius)^beta; weight that has no partner costs 1: 1902.02346, eq. 1
    events,  ///< dR_ij |pT_i - pT_j| id_ij, without rapidity for MET: 2004.09360
    matrix,  ///< a matrix of the caller
};

/// Kinds of reconstructed objects, for EmdGround::events.
enum class EmdObject : int8_t { jet, b_jet, large_jet, electron, muon, tau, photon, met };
constexpr int kEmdObjects = 8;

enum class EmdTier : int32_t {
    fast,   ///< integer costs and masses; certified gap at most kFastGap
    exact,  ///< double costs; certified gap at most kExactGap
};

/// Largest certified gaps, in units of the larger total weight (times the largest cost of the pair
/// for grounds other than jets). Of jets whose largest cost C is large the bound is kExactGap C where
/// that is more, in either tier: double does no better.
constexpr double kFastGap = 2e-6, kExactGap = 1e-10;

/// What became of a pair. Values other than ok come without a number (NaN).
enum class EmdStatus : int8_t {
    ok,
    empty_event,     ///< an event without particles
    bad_weight,      ///< a weight is 0, negative, NaN or infinite
    bad_position,    ///< a coordinate, a pT or a cost is NaN or infinite, or a cost is negative
    weights_differ,  ///< totals that must agree do not (EmdGround::matrix)
    out_of_range,    ///< ratios of weights or costs that the tier cannot represent
    too_many_steps,  ///< the iteration limit was reached
    not_certified,   ///< the gap is above the bound of the tier
};

/// Particles of all events; event e owns [offsets[e], offsets[e + 1]).
struct EmdParticles {
    const double* x;         ///< rapidity or pseudorapidity
    const double* y;         ///< azimuth [rad]
    const double* weight;    ///< pT or energy [GeV], or a fraction; above 0
    const double* pt;        ///< [GeV]; EmdGround::events only, else null
    const int8_t* object;    ///< EmdObject; EmdGround::events only, else null
    const int64_t* offsets;  ///< (events + 1)
    int64_t events;
};

struct EmdArguments {
    EmdParticles first, second;  ///< may be the same
    const int64_t* pairs;        ///< (count, 2): event of `first`, event of `second`
    int64_t count;

    EmdGround ground;
    EmdTier tier;
    double radius, beta;                   ///< EmdGround::jets
    bool norm;                             ///< EmdGround::jets: weights are divided by their total
    bool periodic;                         ///< y differences are taken modulo 2 pi
    double id[kEmdObjects * kEmdObjects];  ///< EmdGround::events, symmetric

    double* values;     ///< (count,)
    double* gaps;       ///< (count,) certified primal minus dual, same units as the values
    EmdStatus* status;  ///< (count,)

    // For EmdGround::matrix: (particles of first, particles of second).
    const double* matrix = nullptr;

    // For tests of the warp kernel; may be null or 0.
    int64_t* objectives = nullptr;  ///< (count,) integer optimum: sum of flow * cost
    int32_t* pivots = nullptr;      ///< (count,)
    int32_t most_pivots = 0;        ///< 0: the kernel's own limit
};

}  // namespace jetsmith::kernels
