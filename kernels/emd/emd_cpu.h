// SPDX-License-Identifier: Apache-2.0
// The EMD solver of the processor: the fast tier by the transport simplex on integer costs, the
// exact tier by going on from there with costs in double.
#pragma once

#include "kernels/emd/emd_problem.h"
#include "kernels/emd/emd_scratch.h"

namespace jetsmith::kernels {

struct EmdOutcome {
    double value, gap;
    EmdStatus status;
};

/// Solves one pair. The scratch then holds the plan (parent, flow) and the potentials (true_u,
/// true_v) that prove it.
EmdOutcome emd_solve_pair(const EmdArguments& a, const EmdProblem& problem, EmdScratch& scratch);

/// Solves all pairs on the threads of parallel_for and fills values, gaps and status. The matrix of
/// EmdGround::matrix has no place here.
void emd_solve_pairs(const EmdArguments& a);

}  // namespace jetsmith::kernels
