// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd_judge.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <vector>

#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/emd/emd_columns.h"
#include "kernels/emd/emd_problem.h"

namespace jetsmith::kernels {
namespace {

constexpr int64_t kGrain = 256;

/// Pairs in which every event of both sides occurs.
std::vector<int64_t> pairs_of_all(int64_t n, int64_t m)
{
    std::vector<int64_t> pairs;
    if (n == 0 || m == 0) return pairs;
    for (int64_t k = 0; k < std::max(n, m); ++k) pairs.insert(pairs.end(), {k % n, k % m});
    return pairs;
}

/// masses: scratch.
EmdStatus status_before_solving(const EmdProblem& problem, std::vector<int64_t>& masses)
{
    if (problem.status != EmdStatus::ok) return problem.status;
    for (const auto& side : problem.sides) {
        masses.resize(static_cast<size_t>(side.size()));
        if (!emd_masses(side, masses.data())) return EmdStatus::out_of_range;
    }
    return EmdStatus::ok;
}

}  // namespace

at::Tensor emd_judge(const EmdEvents& first, const EmdEvents& second, const EmdOptions& options)
{
    ensure(first.offsets_N1.is_cpu() && second.offsets_N1.is_cpu(), "events must be on the CPU");
    const EmdArguments a = emd_arguments(first, second, options);
    const int64_t n = first.size(), m = second.size();
    const auto pairs = pairs_of_all(n, m);
    const EmdPrepared ours(a.first, a.ground, pairs, 0), theirs(a.second, a.ground, pairs, 1);
    const auto status_N = at::empty({n}, at::kChar);
    auto* status = status_N.data_ptr<int8_t>();
    parallel_for(n, kGrain, [&](int64_t begin, int64_t end) {
        std::vector<int64_t> masses;
        for (int64_t i = begin; i < end; ++i) {
            auto found = EmdStatus::ok;
            for (int64_t j = 0; j < m && found == EmdStatus::ok; ++j) {
                const int64_t pair[] = {i, j};
                found = status_before_solving(emd_problem(a, ours, theirs, pair), masses);
            }
            status[i] = static_cast<int8_t>(found);
        }
    });
    return status_N;
}

}  // namespace jetsmith::kernels
