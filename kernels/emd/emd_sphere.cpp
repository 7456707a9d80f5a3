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

std::vector<Direction> directions(const EmdEvents& events)
{
    const auto* eta = events.x_T.const_data_ptr<double>();
    const auto* phi = events.y_T.const_data_ptr<double>();
    std::vector<Direction> all(static_cast<size_t>(events.weight_T.size(0)));
    for (size_t t = 0; t < all.size(); ++t) {
        const double transverse = 1 / std::cosh(eta[t]);
        all[t] = {transverse * std::cos(phi[t]), transverse * std::sin(phi[t]), std::tanh(eta[t])};
    }
    return all;
}

/// 2 (1 - cos theta) as the square of the chord: nothing cancels at small angles.
double cost(const Direction& a, const Direction& b)
{
    const double x = a[0] - b[0], y = a[1] - b[1], z = a[2] - b[2];
    return x * x + y * y + z * z;
}

/// One collection.
struct Side {
    std::vector<Direction> at_T;
    const int64_t* offsets;
    EmdPrepared prepared;

    Side(const EmdEvents& events, const EmdParticles& particles)
        : at_T(directions(events)),
          offsets(particles.offsets),
          prepared(particles, EmdGround::jets)  // which looks at positions, too
    {
    }

    std::span<const Direction> at(int64_t event) const
    {
        return std::span(at_T).subspan(static_cast<size_t>(offsets[event]),
                                       static_cast<size_t>(offsets[event + 1] - offsets[event]));
    }
};

/// One pair. The memory of its costs and its solver is that of the thread.
EmdOutcome solve(EmdArguments a, const Side& first, int64_t i, const Side& second, int64_t j)
{
    thread_local std::vector<double> costs_NM;
    thread_local EmdScratch scratch;
    costs_NM.clear();
    for (const auto& from : first.at(i))
        for (const auto& to : second.at(j)) costs_NM.push_back(cost(from, to));
    a.matrix = costs_NM.data();
    const auto problem = emd_problem(a, emd_side(a.first, first.prepared, i),
                                     emd_side(a.second, second.prepared, j), kLargestCost);
    return emd_solve_pair(a, problem, scratch);
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
    const Side one(first, a.first), other(second, a.second);
    const int64_t count = pairs.size(0);
    const EmdResult result{at::empty({count}, at::kDouble), at::empty({count}, at::kDouble),
                           at::empty({count}, at::kChar)};
    auto* values = result.values_K.data_ptr<double>();
    auto* gaps = result.gaps_K.data_ptr<double>();
    auto* status = result.status_K.data_ptr<int8_t>();
    parallel_for(count, 1, [&](int64_t begin, int64_t end) {
        for (int64_t k = begin; k < end; ++k) {
            const auto outcome = solve(a, one, pair[2 * k], other, pair[2 * k + 1]);
            values[k] = outcome.value, gaps[k] = outcome.gap;
            status[k] = static_cast<int8_t>(outcome.status);
        }
    });
    return result;
}

}  // namespace jetsmith::kernels
