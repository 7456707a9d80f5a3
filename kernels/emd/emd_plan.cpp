// SPDX-License-Identifier: Apache-2.0
// One pair in full: the plan and the potentials that the solver leaves in its scratch.
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "core/errors.h"
#include "kernels/emd/emd.h"
#include "kernels/emd/emd_columns.h"
#include "kernels/emd/emd_slopes.h"

namespace jetsmith::kernels {
namespace {

void read_flows(const EmdProblem& problem, const EmdScratch& s, EmdPlan& plan)
{
    const EmdSide &one = problem.sides[0], &other = problem.sides[1];
    auto* flow_NM = plan.flow_NM.data_ptr<double>();
    for_each_flow(problem, s, [&](int i, int j, double flow) {
        if (i == one.count) {
            plan.unmatched_M.data_ptr<double>()[j] = flow;
        } else if (j == other.count) {
            plan.unmatched_N.data_ptr<double>()[i] = flow;
        } else {
            flow_NM[int64_t{i} * other.count + j] = flow;
        }
    });
}

EmdPlan solve(const EmdArguments& a, const EmdProblem& problem)
{
    EmdScratch s;
    const auto outcome = emd_solve_pair(a, problem, s);
    const EmdSide &one = problem.sides[0], &other = problem.sides[1];
    const auto zeros = [](at::IntArrayRef shape) { return at::zeros(shape, at::kDouble); };
    EmdPlan plan{outcome.value,      outcome.gap,
                 outcome.status,     zeros({one.count, other.count}),
                 zeros({one.count}), zeros({other.count}),
                 zeros({one.count}), zeros({other.count})};
    if (outcome.status != EmdStatus::ok) return plan;
    read_flows(problem, s, plan);
    emd_weight_slopes(a, problem, s, plan.potential_N.data_ptr<double>(),
                      plan.potential_M.data_ptr<double>());
    return plan;
}

}  // namespace

EmdPlan emd_plan(const EmdEvents& first, int64_t i, const EmdEvents& second, int64_t j,
                 const EmdOptions& options)
{
    const EmdArguments a = emd_arguments(first, second, options);
    ensure(first.offsets_N1.is_cpu() && second.offsets_N1.is_cpu(), "a plan is made on the CPU");
    ensure(i >= 0 && i < first.size() && j >= 0 && j < second.size(), "no such event");
    const int64_t pair[] = {i, j};
    const EmdPrepared one(a.first, a.ground, pair, 0), other(a.second, a.ground, pair, 1);
    return solve(a, emd_problem(a, one, other, pair));
}

EmdPlan emd_transport(const at::Tensor& mass_N, const at::Tensor& mass_M, const at::Tensor& cost_NM,
                      EmdTier tier)
{
    const auto is_double = [](const at::Tensor& t, int64_t dims) {
        return t.is_cpu() && t.dim() == dims && t.scalar_type() == at::kDouble && t.is_contiguous();
    };
    ensure(is_double(mass_N, 1) && is_double(mass_M, 1) && is_double(cost_NM, 2) &&
               cost_NM.size(0) == mass_N.size(0) && cost_NM.size(1) == mass_M.size(0),
           "masses and costs must be contiguous float64 (N), (M), (N, M)");
    const int64_t first[] = {0, mass_N.size(0)}, second[] = {0, mass_M.size(0)};
    EmdArguments a{};
    a.ground = EmdGround::matrix;
    a.tier = tier;
    a.first = {nullptr, nullptr, mass_N.const_data_ptr<double>(), nullptr, nullptr, first, 1};
    a.second = {nullptr, nullptr, mass_M.const_data_ptr<double>(), nullptr, nullptr, second, 1};
    a.matrix = cost_NM.const_data_ptr<double>();
    const int64_t pair[] = {0, 0};
    const EmdPrepared one(a.first, a.ground, pair, 0), other(a.second, a.ground, pair, 1);
    auto facts = one.facts[0];
    double largest = 0;
    for (const double cost : std::span(a.matrix, static_cast<size_t>(cost_NM.numel()))) {
        if (!(cost >= 0 && cost < INFINITY)) facts.status = EmdStatus::bad_position;
        largest = std::max(largest, cost);
    }
    auto side = emd_side(a.first, one, 0);
    side.facts = &facts;
    return solve(a, emd_problem(a, side, emd_side(a.second, other, 0), largest));
}

}  // namespace jetsmith::kernels
