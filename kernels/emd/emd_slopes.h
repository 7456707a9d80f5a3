// SPDX-License-Identifier: Apache-2.0
// Derivatives of one distance, from the plan and the potentials that the solver leaves behind.
#pragma once

#include "kernels/emd/emd_cpu.h"

namespace jetsmith::kernels {

/// d value / d weight of both events; (count) each. Where totals differ, more weight takes from or
/// gives to the slack; weights that are divided by their total push the others aside.
void emd_weight_slopes(const EmdArguments& a, const EmdProblem& problem, const EmdScratch& scratch,
                       double* first, double* second);

/// d value / d position of one particle pair's arc times its flow, for EmdGround::jets: what is to
/// be added at source i and taken away at sink j. 0 where both lie in one place.
struct EmdPull {
    double x, y;
};
EmdPull emd_pull(const EmdArguments& a, const EmdProblem& problem, int i, int j, double flow);

/// Calls visit(source, sink, flow) for each arc that carries weight; the slack is the particle
/// behind the last one.
template <class Visit>
void for_each_flow(const EmdProblem& problem, const EmdScratch& s, const Visit& visit)
{
    const double unit = problem.sides[0].total() / static_cast<double>(kEmdMass);
    const int base = s.sinks();
    const auto call = [&](int i, int j, int64_t flow) {
        if (flow > 0) visit(i, j, static_cast<double>(flow) * unit);
    };
    for (int i = 0; i < s.n; ++i)
        if (s.parent[i] >= 0) call(i, s.parent[i] - base, s.flow[i]);
    for (int j = 0; j < s.m; ++j)
        if (s.parent[base + j] >= 0) call(s.parent[base + j], j, s.flow[base + j]);
}

}  // namespace jetsmith::kernels
