// SPDX-License-Identifier: Apache-2.0
#include "kernels/finite/finite.h"

#include <ATen/ops/zeros.h>

#include <algorithm>
#include <atomic>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/finite/finite_simd.h"

namespace jetsmith::kernels {
namespace {

/// Values in one piece of work of a thread: below this many, threads cost more than they save.
constexpr int64_t kGrain = int64_t{1} << 19;

using Launch = const char*(const FiniteArguments*, void* stream);

/// The values as they lie in memory; `held` keeps what had to be copied.
FiniteSpan span_of(const at::Tensor& values, std::vector<at::Tensor>& held)
{
    const auto type = values.scalar_type();
    ensure(type == at::kFloat || type == at::kDouble || type == at::kBFloat16,
           "values must be float32, float64 or bfloat16");
    const at::Tensor* dense = &values;
    if (!values.is_non_overlapping_and_dense()) dense = &held.emplace_back(values.contiguous());
    return {dense->const_data_ptr(), values.numel(), static_cast<int32_t>(values.element_size())};
}

bool finite_on_cpu(const FiniteSpan& span)
{
    if (span.count <= kGrain) return span_is_finite(span);
    std::atomic<bool> finite{true};
    const auto* bytes = static_cast<const char*>(span.values);
    parallel_for(span.count, kGrain, [&](int64_t begin, int64_t end) {
        if (finite && !span_is_finite({bytes + begin * span.bytes, end - begin, span.bytes}))
            finite = false;
    });
    return finite;
}

void flag_on_cuda(const FiniteArguments& a)
{
    static auto* launch = cuda_kernel<Launch>("jetsmith_launch_finite");
    const char* problem = launch(&a, cuda_plugin()->stream());
    ensure(problem == nullptr, problem == nullptr ? "" : problem);
}

}  // namespace

bool all_finite(const at::Tensor& values)
{
    if (!values.defined() || !values.is_floating_point()) return true;
    const auto flag = at::zeros({}, values.options().dtype(at::kFloat).requires_grad(false));
    flag_non_finite(values, flag);
    return flag.item<float>() == 0;
}

void flag_non_finite(at::ArrayRef<at::Tensor> tensors, const at::Tensor& flag)
{
    ensure(tensors.size() <= kMostFiniteSpans, "too many tensors at once");
    ensure(flag.scalar_type() == at::kFloat && flag.numel() == 1, "the flag is a float32 scalar");
    FiniteArguments a{};
    a.flag = flag.mutable_data_ptr<float>();
    std::vector<at::Tensor> held;
    for (const auto& values : tensors) {
        if (!values.defined() || !values.is_floating_point() || values.numel() == 0) continue;
        ensure(values.device() == flag.device(), "values and flag must be on one device");
        a.spans[a.count++] = span_of(values, held);
    }
    if (flag.is_cuda()) {
        if (a.count > 0) flag_on_cuda(a);
    } else if (!std::all_of(a.spans, a.spans + a.count, finite_on_cpu)) {
        *a.flag = 1;
    }
}

}  // namespace jetsmith::kernels
