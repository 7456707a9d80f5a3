// SPDX-License-Identifier: Apache-2.0
#include "trainers/flat_parameters.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros_like.h>

#include "core/errors.h"

namespace jetsmith {
namespace {

/// Elements [begin, begin + like.numel()) of a buffer with the shape of `like`. 4-D weights are
/// channels-last, also where one channel makes both layouts "contiguous": convolutions then never
/// convert.
at::Tensor view_like(const at::Tensor& buffer, int64_t begin, const at::Tensor& like)
{
    const auto piece = buffer.narrow(0, begin, like.numel());
    if (like.dim() != 4) return piece.view(like.sizes());
    const auto s = like.sizes();
    return piece.as_strided(s, {s[1] * s[2] * s[3], 1, s[3] * s[1], s[1]});
}

}  // namespace

FlatParameters::FlatParameters(torch::nn::Module& module)
{
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> parameters;
    int64_t total = 0;
    for (auto& parameter : module.parameters()) {
        if (!parameter.requires_grad()) continue;
        parameters.push_back(parameter);
        total += parameter.numel();
    }
    values_ = parameters.empty()
                  ? at::empty({0}, at::kFloat)
                  : at::empty({total}, parameters.front().options().requires_grad(false));
    gradients_ = at::zeros_like(values_);
    int64_t begin = 0;
    for (auto& parameter : parameters) {
        auto value = view_like(values_, begin, parameter);
        value.copy_(parameter);
        parameter.set_data(value);
        parameter.mutable_grad() = view_like(gradients_, begin, parameter);
        begin += parameter.numel();
    }
}

}  // namespace jetsmith
