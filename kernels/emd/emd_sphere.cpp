// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd_sphere.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/emd/emd_columns.h"
#include "kernels/emd/emd_cpu.h"

namespace jetsmith::kernels {
namespace {

constexpr double kLargestCost = 4;

using Direction = std::array<double, 3>;

/// Where the particles of one event are.
void directions(const EmdParticles& events, int64_t event, std::vector<Direction>& all)
{
    all.clear();
    for (int64_t t = events.offsets[event]; t < events.offsets[event + 1]; ++t) {
        const double transverse = 1 / std::cosh(events.x[t]), phi = events.y[t];
        all.push_back(
            {transverse * std::cos(phi), transverse * std::sin(phi), std::tanh(events.x[t])});
    }
}

/// 2 (1 - cos theta) as the square of the chord: nothing cancels at small angles.
double cost(const Direction& a, const Direction& b)
{
    const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

/// Costs of one pair, row by row, in memory of the thread.
const double* costs(const EmdParticles& first, int64_t i, const EmdParticles& second, int64_t j)
{
    thread_local std::vector<Direction> from, to;
    thread_local std::vector<double> costs_NM;
    directions(first, i, from);
    directions(second, j, to);
    costs_NM.clear();
    for (const auto& one : from)
        for (const auto& other : to) costs_NM.push_back(cost(one, other));
    return costs_NM.data();
}

/// a.matrix: of this pair.
EmdOutcome solve(const EmdArguments& a, const EmdSide& first, const EmdSide& second)
{
    thread_local EmdScratch scratch;
    return emd_solve_pair(a, emd_problem(a, first, second, kLargestCost), scratch);
}

}  // namespace

EmdResult emd_sphere_pairs(const EmdEvents& first, const EmdEvents& second,
                           const at::Tensor& pairs_K2, EmdTier tier)
{
    EmdArguments a = emd_arguments(first, second, {});
    ensure(first.offsets_N1.is_cpu() && second.offsets_N1.is_cpu(),
           "distances on the sphere are computed on the CPU");
    a.ground = EmdGround::matrix;
    a.tier = tier;
    const auto pairs = emd_checked_pairs(first, second, pairs_K2);
    const auto* pair = pairs.const_data_ptr<int64_t>();
    const std::span all(pair, static_cast<size_t>(pairs.numel()));
    // Prepared as jets: whose positions are looked at, too.
    const EmdPrepared one(a.first, EmdGround::jets, all, 0),
        other(a.second, EmdGround::jets, all, 1);
    const int64_t count = pairs.size(0);
    const EmdResult result{at::empty({count}, at::kDouble), at::empty({count}, at::kDouble),
                           at::empty({count}, at::kChar)};
    auto* values = result.values_K.data_ptr<double>();
    auto* gaps = result.gaps_K.data_ptr<double>();
    auto* status = result.status_K.data_ptr<int8_t>();
    parallel_for(count, 1, [&](int64_t begin, int64_t end) {
        EmdArguments of_pair = a;
        for (int64_t k = begin; k < end; ++k) {
            const int64_t i = pair[2 * k], j = pair[2 * k + 1];
            of_pair.matrix = costs(a.first, i, a.second, j);
            const auto outcome =
                solve(of_pair, emd_side(a.first, one, i), emd_side(a.second, other, j));
            values[k] = outcome.value, gaps[k] = outcome.gap;
            status[k] = static_cast<int8_t>(outcome.status);
        }
    });
    return result;
}

}  // namespace jetsmith::kernels
