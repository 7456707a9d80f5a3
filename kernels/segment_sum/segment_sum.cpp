// SPDX-License-Identifier: Apache-2.0
#include "kernels/segment_sum/segment_sum.h"

#include <ATen/ops/empty.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "kernels/ragged.h"
#include "kernels/segment_sum/segment_sum_arguments.h"

namespace jetsmith::kernels {
namespace {

/// Rows in one piece of work of a thread.
constexpr int64_t kGrain = 16;

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;
using Launch = const char*(const SegmentSumArguments*, bool backward, void* stream);

template <class Value>
void sum_row(const SegmentSumArguments& a, int64_t row)
{
    float* sum = a.sums + row * a.width;
    std::fill(sum, sum + a.width, 0.0F);
    for (int64_t t = a.offsets[row]; t < a.offsets[row + 1]; ++t) {
        const Value* value = static_cast<const Value*>(a.values) + t * a.width;
        const float weight = a.weights ? a.weights[t] : 1.0F;
        for (int64_t l = 0; l < a.width; ++l) sum[l] += weight * static_cast<float>(value[l]);
    }
}

template <class Value>
void spread_row(const SegmentSumArguments& a, int64_t row)
{
    const float* sum = a.sums + row * a.width;
    for (int64_t t = a.offsets[row]; t < a.offsets[row + 1]; ++t) {
        Value* value = static_cast<Value*>(a.values) + t * a.width;
        const float weight = a.weights ? a.weights[t] : 1.0F;
        for (int64_t l = 0; l < a.width; ++l) value[l] = static_cast<Value>(weight * sum[l]);
    }
}

template <class Value>
void run_on_cpu(const SegmentSumArguments& a, bool backward)
{
    parallel_for(a.segments, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row)
            backward ? spread_row<Value>(a, row) : sum_row<Value>(a, row);
    });
}

void run(const SegmentSumArguments& a, bool backward, const at::Device& device)
{
    if (a.segments == 0 || a.width == 0) return;
    if (device.is_cuda()) {
        static auto* launch = cuda_kernel<Launch>("jetsmith_launch_segment_sum");
        const char* problem = launch(&a, backward, cuda_plugin()->stream());
        ensure(problem == nullptr, problem == nullptr ? "" : problem);
    } else {
        a.bfloat16 ? run_on_cpu<at::BFloat16>(a, backward) : run_on_cpu<float>(a, backward);
    }
}

SegmentSumArguments arguments(const at::Tensor& values_TL, const at::Tensor& offsets_B1,
                              const at::Tensor& weights_T, const at::Tensor& sums_BL)
{
    SegmentSumArguments a{};
    a.values = values_TL.data_ptr();
    a.bfloat16 = values_TL.scalar_type() == at::kBFloat16;
    a.weights = weights_T.defined() ? weights_T.const_data_ptr<float>() : nullptr;
    a.offsets = offsets_B1.const_data_ptr<int64_t>();
    a.segments = offsets_B1.size(0) - 1;
    a.width = values_TL.size(1);
    a.sums = sums_BL.data_ptr<float>();
    return a;
}

class SegmentSum : public torch::autograd::Function<SegmentSum> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& values_TL,
                              const at::Tensor& offsets_B1,
                              const std::optional<at::Tensor>& weights)
    {
        const at::Tensor weights_T = weights.value_or(at::Tensor());
        const auto values = values_TL.contiguous();
        const auto sums_BL =
            at::empty({offsets_B1.size(0) - 1, values.size(1)}, values.options().dtype(at::kFloat));
        run(arguments(values, offsets_B1, weights_T, sums_BL), false, values.device());
        context->save_for_backward({offsets_B1, weights_T});
        context->saved_data["rows"] = values.size(0);
        context->saved_data["type"] = values.scalar_type();
        return sums_BL;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients)
    {
        const auto saved = context->get_saved_variables();
        const auto sums_BL = gradients[0].contiguous();
        const auto values_TL =
            at::empty({context->saved_data["rows"].toInt(), sums_BL.size(1)},
                      sums_BL.options().dtype(context->saved_data["type"].toScalarType()));
        run(arguments(values_TL, saved[0], saved[1], sums_BL), true, sums_BL.device());
        return {values_TL, {}, {}};
    }
};

}  // namespace

at::Tensor segment_sum(const at::Tensor& values_TL, const at::Tensor& offsets_B1,
                       const at::Tensor& weights_T)
{
    const auto type = values_TL.scalar_type();
    ensure(values_TL.dim() == 2 && (type == at::kFloat || type == at::kBFloat16),
           "values must be float32 or bfloat16 (T, L)");
    check_offsets(offsets_B1);
    ensure(values_TL.device() == offsets_B1.device(), "values and offsets must be on one device");
    if (weights_T.defined())
        ensure(weights_T.dim() == 1 && weights_T.size(0) == values_TL.size(0) &&
                   weights_T.scalar_type() == at::kFloat && weights_T.is_contiguous() &&
                   weights_T.device() == values_TL.device(),
               "weights must be contiguous float32 (T) beside the values");
    check_rising(offsets_B1, values_TL.size(0));
    return SegmentSum::apply(values_TL, offsets_B1,
                             weights_T.defined() ? std::optional(weights_T) : std::nullopt);
}

}  // namespace jetsmith::kernels
