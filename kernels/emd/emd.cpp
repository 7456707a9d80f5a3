// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/eq.h>
#include <ATen/ops/logical_or.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "kernels/emd/emd_columns.h"
#include "kernels/emd/emd_cpu.h"

namespace jetsmith::kernels {
namespace {

using LaunchEmd = const char*(const EmdArguments*, void* stream);

/// Does pairs of which the GPU says so again on the host's exact tier.
void redo_on_host(const EmdEvents& first, const EmdEvents& second, const at::Tensor& pairs,
                  const EmdOptions& options, const EmdResult& result)
{
    const auto is = [&](EmdStatus status) {
        return result.status_K.eq(static_cast<int64_t>(status));
    };
    const auto left =
        is(EmdStatus::not_certified).logical_or(is(EmdStatus::too_many_steps)).nonzero().flatten();
    if (left.size(0) == 0) return;
    const auto again = emd_pairs(first.to(at::kCPU), second.to(at::kCPU),
                                 pairs.index_select(0, left).cpu(), options);
    const auto put = [&](const at::Tensor& into, const at::Tensor& from) {
        into.index_copy_(0, left, from.to(into.device()));
    };
    put(result.values_K, again.values_K);
    put(result.gaps_K, again.gaps_K);
    put(result.status_K, again.status_K);
}

void run_on_cuda(const EmdArguments& a, const EmdEvents& first, const EmdEvents& second,
                 const at::Tensor& pairs, const EmdOptions& options, const EmdResult& result)
{
    if (options.tier == EmdTier::exact) {
        result.status_K.fill_(static_cast<int8_t>(EmdStatus::not_certified));
    } else {
        static auto* launch = cuda_kernel<LaunchEmd>("jetsmith_launch_emd");
        if (const char* problem = launch(&a, cuda_plugin()->stream()))
            throw UserError("EMD on the GPU failed ({}). Choose device: cpu.", problem);
    }
    redo_on_host(first, second, pairs, options, result);
}

/// i < j of n events, in the order of the condensed matrix.
at::Tensor all_pairs(int64_t n)
{
    auto pairs = at::empty({n * (n - 1) / 2, 2}, at::kLong);
    auto* pair = pairs.data_ptr<int64_t>();
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = i + 1; j < n; ++j) *pair++ = i, *pair++ = j;
    return pairs;
}

at::Tensor all_pairs(int64_t n, int64_t m)
{
    auto pairs = at::empty({n * m, 2}, at::kLong);
    auto* pair = pairs.data_ptr<int64_t>();
    for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < m; ++j) *pair++ = i, *pair++ = j;
    return pairs;
}

EmdResult run(const EmdEvents& first, const EmdEvents& second, const at::Tensor& pairs_K2,
              const EmdOptions& options)
{
    EmdArguments a = emd_arguments(first, second, options);
    const auto device = first.offsets_N1.device();
    ensure(second.offsets_N1.device() == device, "both collections must be on one device");
    const auto pairs = emd_checked_pairs(first, second, pairs_K2).to(device);
    const auto count = pairs.size(0);
    const auto doubles = at::TensorOptions(at::kDouble).device(device);
    const EmdResult result{at::empty({count}, doubles), at::empty({count}, doubles),
                           at::empty({count}, doubles.dtype(at::kChar))};
    a.pairs = pairs.const_data_ptr<int64_t>();
    a.count = count;
    a.values = result.values_K.data_ptr<double>();
    a.gaps = result.gaps_K.data_ptr<double>();
    a.status = reinterpret_cast<EmdStatus*>(result.status_K.data_ptr<int8_t>());
    if (count == 0) return result;
    device.is_cuda() ? run_on_cuda(a, first, second, pairs, options, result) : emd_solve_pairs(a);
    return result;
}

}  // namespace

EmdEvents EmdEvents::to(const at::Device& device) const
{
    const auto there = [&](const at::Tensor& t) { return t.defined() ? t.to(device) : t; };
    return {there(x_T),  there(y_T),      there(weight_T),
            there(pt_T), there(object_T), there(offsets_N1)};
}

std::vector<double> EmdEvents::totals() const
{
    const at::Tensor weights = weight_T.cpu(), offsets = offsets_N1.cpu();
    const auto* weight = weights.const_data_ptr<double>();
    const auto* offset = offsets.const_data_ptr<int64_t>();
    std::vector<double> all;
    for (int64_t i = 0; i < size(); ++i)
        all.push_back(std::accumulate(weight + offset[i], weight + offset[i + 1], 0.0));
    return all;
}

std::array<double, kEmdObjects * kEmdObjects> EmdOptions::all_alike()
{
    std::array<double, kEmdObjects * kEmdObjects> table;
    table.fill(1.0);
    return table;
}

EmdResult emd_pairs(const EmdEvents& first, const EmdEvents& second, const at::Tensor& pairs_K2,
                    const EmdOptions& options)
{
    return run(first, second, pairs_K2, options);
}

EmdResult emd_matrix(const EmdEvents& events, const EmdOptions& options)
{
    return run(events, events, all_pairs(events.size()), options);
}

EmdResult emd_matrix(const EmdEvents& first, const EmdEvents& second, const EmdOptions& options)
{
    return run(first, second, all_pairs(first.size(), second.size()), options);
}

std::string status_text(EmdStatus status)
{
    switch (status) {
        case EmdStatus::ok: return "is certified";
        case EmdStatus::empty_event: return "one of the events has no particles";
        case EmdStatus::bad_weight: return "a weight is 0, negative, NaN or infinite";
        case EmdStatus::bad_position: return "a coordinate or cost is NaN, infinite or negative";
        case EmdStatus::weights_differ: return "the total weights differ";
        case EmdStatus::out_of_range:
            return "weights or costs differ by too many orders of magnitude";
        case EmdStatus::too_many_steps: return "the solver reached its limit of steps";
        case EmdStatus::not_certified: return "the certified gap is above the bound of its tier";
    }
    throw InternalError("an EMD status without a text");
}

}  // namespace jetsmith::kernels
