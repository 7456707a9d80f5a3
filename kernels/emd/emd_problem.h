// SPDX-License-Identifier: Apache-2.0
// A pair of events as a balanced transport problem: sources (first event) with masses a_i, sinks
// (second) with masses b_j, both of the same integer total. With unequal weights the lighter event
// gets one more particle, the slack, at cost 1 from everything (1902.02346).
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "kernels/emd/emd_arguments.h"

namespace jetsmith::kernels {

/// Total mass of a side. Fixed point needs no tolerance anywhere: flows are exact.
constexpr int kEmdMassBits = 58;
constexpr int64_t kEmdMass = int64_t{1} << kEmdMassBits;

/// Every mass gets up to this much more, by its place in the event, so that no two sums of masses
/// are equal and the simplex method cannot cycle. Equal events stay equal.
constexpr int64_t kEmdMassNoise = 1023;

/// What the particle in place i gets; the heaviest one of its side pays for all.
constexpr int64_t emd_mass_noise(int i)
{
    return static_cast<int64_t>((static_cast<uint32_t>(i) * 2654435761U) >> 22) & kEmdMassNoise;
}

/// What is known of an event before it meets another.
struct EmdEventFacts {
    EmdStatus status;
    double total;              ///< of the weights
    double least[3], most[3];  ///< of x, y, pT
};

/// Facts of the events of one side of some pairs, and each event's particles from the lightest to
/// the heaviest. Of other events there is nothing: a few pairs of many events cost little.
struct EmdPrepared {
    std::unique_ptr<EmdEventFacts[]> facts;  ///< (N,)
    std::unique_ptr<int32_t[]> by_weight;    ///< (T,) places within the event

    /// side: 0, the first of every pair, or 1.
    EmdPrepared(const EmdParticles& particles, EmdGround ground, std::span<const int64_t> pairs_K2,
                size_t side);
};

/// One event of a pair.
struct EmdSide {
    const double *x, *y, *weight, *pt;
    const int8_t* object;
    const int32_t* by_weight;
    const EmdEventFacts* facts;
    int count;
    double slack;  ///< weight of the particle behind the last one; 0: there is none

    int size() const { return count + (slack > 0 ? 1 : 0); }
    double total() const { return facts->total + slack; }
    /// Of particle i or, behind the last one, of the slack.
    double weight_of(int i) const { return i < count ? weight[i] : slack; }
    double share(int i) const { return weight_of(i) / total(); }
    int heaviest() const
    {
        const int particle = by_weight[count - 1];
        return slack > weight[particle] ? count : particle;
    }
};

/// The pair, its units and its limits.
struct EmdProblem {
    EmdSide sides[2];
    double unit;   ///< what a cost is multiplied with to become a distance
    double bound;  ///< no cost is above it
    double scale;  ///< power of 2: integer costs are scale * cost, at most kEmdLargestCost
    EmdStatus status;
};

constexpr double kEmdLargestCost = 1 << 26;

EmdSide emd_side(const EmdParticles& particles, const EmdPrepared& prepared, int64_t event);

/// Puts the pair together; `largest_cost` is that of the caller's matrix (EmdGround::matrix).
EmdProblem emd_problem(const EmdArguments& a, const EmdSide& first, const EmdSide& second,
                       double largest_cost);

/// The same of a pair of prepared events, for the other grounds.
EmdProblem emd_problem(const EmdArguments& a, const EmdPrepared& first, const EmdPrepared& second,
                       const int64_t* pair);

/// Masses of one side, size() of them, total kEmdMass. False where a particle has no share of it.
bool emd_masses(const EmdSide& side, int64_t* masses);

}  // namespace jetsmith::kernels
