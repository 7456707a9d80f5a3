// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd_slopes.h"

#include <cmath>
#include <numbers>

namespace jetsmith::kernels {
namespace {

void side_slopes(const EmdArguments& a, const EmdSide& side, const EmdBuffer<double>& potential,
                 double slack, double* slopes)
{
    double shift = slack, scale = 1.0;
    if (a.ground == EmdGround::events || a.norm) {
        shift = 0;
        for (int i = 0; i < side.count; ++i) shift += side.share(i) * potential[i];
        scale = 1.0 / side.total();
    }
    for (int i = 0; i < side.count; ++i) slopes[i] = (potential[i] - shift) * scale;
}

}  // namespace

void emd_weight_slopes(const EmdArguments& a, const EmdProblem& problem, const EmdScratch& scratch,
                       double* first, double* second)
{
    const EmdSide &one = problem.sides[0], &other = problem.sides[1];
    double slack = 0;
    if (one.slack > 0) slack = scratch.true_u[one.count];
    if (other.slack > 0) slack = -scratch.true_v[other.count];
    side_slopes(a, one, scratch.true_u, slack, first);
    side_slopes(a, other, scratch.true_v, -slack, second);
}

EmdPull emd_pull(const EmdArguments& a, const EmdProblem& problem, int i, int j, double flow)
{
    const EmdSide &one = problem.sides[0], &other = problem.sides[1];
    const double x = one.x[i] - other.x[j];
    double y = one.y[i] - other.y[j];
    if (a.periodic) y = std::remainder(y, 2.0 * std::numbers::pi);
    const double square = x * x + y * y;
    if (square == 0) return {0, 0};
    const double cost = std::pow(square / (a.radius * a.radius), 0.5 * a.beta);
    const double pull = a.beta * flow * cost / square;
    return {pull * x, pull * y};
}

}  // namespace jetsmith::kernels
