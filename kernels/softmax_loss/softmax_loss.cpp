// SPDX-License-Identifier: Apache-2.0
#include "kernels/softmax_loss/softmax_loss.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <numeric>

#include "core/errors.h"
#include "kernels/softmax_loss/softmax_loss_simd.h"

namespace jetsmith::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

class SoftmaxLoss : public torch::autograd::Function<SoftmaxLoss> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& logits_BC,
                              const at::Tensor& labels_B, const at::Tensor& weights_B,
                              double smoothing, bool keep)
    {
        const float* weights = weights_B.const_data_ptr<float>();
        const auto gradient_BC = keep ? at::empty_like(logits_BC) : at::Tensor();
        SoftmaxLossArguments a{};
        a.logits = logits_BC.const_data_ptr<float>();
        a.labels = labels_B.const_data_ptr<int64_t>();
        a.weights = weights;
        a.rows = logits_BC.size(0);
        a.classes = logits_BC.size(1);
        a.smoothing = smoothing;
        a.weight_sum = std::accumulate(weights, weights + a.rows, 0.0);
        a.gradient = keep ? gradient_BC.data_ptr<float>() : nullptr;
        const double sum = softmax_loss_loop(a);
        if (keep) context->save_for_backward({gradient_BC});
        return at::full({}, sum / a.weight_sum, logits_BC.options());
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& outer)
    {
        return {context->get_saved_variables()[0].mul(outer[0]), {}, {}, {}, {}};
    }
};

bool is_plain(const at::Tensor& t, at::ScalarType type, int64_t dimensions,
              const at::Device& device)
{
    return t.scalar_type() == type && t.dim() == dimensions && t.is_contiguous() &&
           t.device() == device;
}

at::Tensor plain_operations(const at::Tensor& logits_BC, const at::Tensor& labels_B,
                            const at::Tensor& weights_B, double smoothing)
{
    const auto each_B = at::cross_entropy_loss(logits_BC, labels_B, /*weight=*/{},
                                               at::Reduction::None, /*ignore_index=*/-1, smoothing);
    return each_B.mul(weights_B).sum().div(weights_B.sum());
}

}  // namespace

at::Tensor softmax_loss(const at::Tensor& logits_BC, const at::Tensor& labels_B,
                        const at::Tensor& weights_B, double smoothing)
{
    const auto device = logits_BC.device();
    ensure(logits_BC.dim() == 2 && logits_BC.scalar_type() == at::kFloat && logits_BC.size(1) > 0,
           "logits must be float32 (B, C)");
    const int64_t rows = logits_BC.size(0), classes = logits_BC.size(1);
    ensure(is_plain(labels_B, at::kLong, 1, device) && labels_B.size(0) == rows,
           "labels must be int64 (B) beside the logits");
    ensure(is_plain(weights_B, at::kFloat, 1, device) && weights_B.size(0) == rows,
           "weights must be float32 (B) beside the logits");
    ensure(smoothing >= 0 && smoothing < 1, "smoothing must be from 0 to below 1");
    if (!device.is_cpu()) return plain_operations(logits_BC, labels_B, weights_B, smoothing);
    const auto* label = labels_B.const_data_ptr<int64_t>();
    ensure(
        std::all_of(label, label + rows, [classes](int64_t l) { return l >= -1 && l < classes; }),
        "a label is no class");
    return SoftmaxLoss::apply(logits_BC.contiguous(), labels_B, weights_B, smoothing,
                              at::GradMode::is_enabled() && logits_BC.requires_grad());
}

}  // namespace jetsmith::kernels
