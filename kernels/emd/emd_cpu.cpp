// SPDX-License-Identifier: Apache-2.0
// Highway compiles this file once per SIMD target and picks one at run time.
#include "kernels/emd/emd_cpu.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <type_traits>

#include "core/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/emd/emd_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#include "kernels/emd/emd_costs.inc"
// in this order
#include "kernels/emd/emd_tree.inc"
// in this order
#include "kernels/emd/emd_pricing.inc"
// in this order
#include "kernels/emd/emd_simplex.inc"
// in this order
#include "kernels/emd/emd_start.inc"
// in this order
#include "kernels/emd/emd_certificate.inc"
// in this order
#include "kernels/emd/emd_solver.inc"

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::kernels {
namespace {

/// Pairs in one piece of work of a thread.
constexpr int64_t kGrain = 32;

}  // namespace

HWY_EXPORT(SolvePair);

EmdOutcome emd_solve_pair(const EmdArguments& a, const EmdProblem& problem, EmdScratch& scratch)
{
    return HWY_DYNAMIC_DISPATCH(SolvePair)(a, problem, scratch);
}

void emd_solve_pairs(const EmdArguments& a)
{
    const std::span pairs(a.pairs, static_cast<size_t>(2 * a.count));
    const EmdPrepared first(a.first, a.ground, pairs, 0), second(a.second, a.ground, pairs, 1);
    parallel_for(a.count, kGrain, [&](int64_t begin, int64_t end) {
        thread_local EmdScratch scratch;
        for (int64_t k = begin; k < end; ++k) {
            const auto problem = emd_problem(a, first, second, a.pairs + 2 * k);
            const auto outcome = emd_solve_pair(a, problem, scratch);
            a.values[k] = outcome.value;
            a.gaps[k] = outcome.gap;
            a.status[k] = outcome.status;
        }
    });
}

void EmdScratch::reserve(int sources, int sink_count)
{
    constexpr int kRegister = 16;  // no register holds more costs
    const auto whole = [](int count, int of) { return (count + of - 1) / of * of; };
    n = sources, m = sink_count;
    words = std::max(whole(n, 64), whole(m, 64)) / 64;
    columns = whole(m, kRegister);
    const int64_t side = 64 * int64_t{words}, places = int64_t{whole(n, kRegister)} * columns;
    for (auto* buffer : {&u, &v, &open_u, &open_v, &objects}) buffer->reserve(side);
    for (auto* buffer : {&true_u, &true_v}) buffer->reserve(side);
    for (auto* buffer : {&mass_n, &mass_m, &left_n, &left_m}) buffer->reserve(side);
    for (auto* buffer : {&change_n, &change_m}) buffer->reserve(side);
    for (auto* buffer : {&share_n, &share_m, &factor_m}) buffer->reserve(side);
    for (auto* buffer : {&parent, &order, &path[0], &path[1]}) buffer->reserve(2 * side);
    points.reserve(4 * side);
    id_rows.reserve(kEmdObjects * kEmdObjects);
    cost.reserve(places);
    kernel.reserve(places);
    true_cost.reserve(places);
    flow.reserve(2 * side);
    for (auto* buffer : {&arc_cost, &node_x, &node_y}) buffer->reserve(2 * side);
    below.reserve(2 * side * 2 * words);
    moved.reserve(2 * words);
}

}  // namespace jetsmith::kernels
#endif
