// SPDX-License-Identifier: Apache-2.0
#include "kernels/dense_layers/dense_stack.h"

#include <ATen/ops/empty.h>

namespace jetsmith::kernels {

std::vector<RowRange> thread_shares(int64_t rows, int64_t most)
{
    constexpr int64_t kLeastRows = 32;
    const int64_t count = std::clamp<int64_t>(rows / kLeastRows, 1, most);
    std::vector<RowRange> all;
    int64_t first = 0;
    for (int64_t k = 1; k <= count; ++k) {
        const int64_t end = std::min(rows, padded(rows * k / count, kRowStep));
        all.push_back({first, end - first});
        first = end;
    }
    return all;
}

DenseStack::DenseStack(at::TensorList parameters, double dropout)
    : parameters_(parameters), dropout_(dropout)
{
    widths_.push_back(parameters[0].size(1));
    for (size_t i = 0; i < parameters.size(); i += 2) widths_.push_back(parameters[i].size(0));
}

LayerValues::LayerValues(const DenseStack& stack, int64_t rows, at::Tensor memory)
    : memory_(std::move(memory))
{
    int64_t begin = 0;
    for (int64_t l = 0; l <= stack.layers(); ++l) {
        widths_.push_back(stack.in(l));
        begins_.push_back(begin);
        begin += panel_floats(rows, stack.in(l));
    }
    if (!memory_.defined()) memory_ = empty_floats(begin);
}

Panels LayerValues::of(int64_t layer, const RowRange& tile) const
{
    const int64_t width = widths_[static_cast<size_t>(layer)];
    const int64_t begin = begins_[static_cast<size_t>(layer)] + panel_floats(tile.first, width);
    return in_panels(memory_.data_ptr<float>() + begin, tile.rows, width);
}

LayerNumbers::LayerNumbers(const DenseStack& stack)
{
    int64_t begin = 0;
    for (int64_t l = 0; l < stack.layers(); ++l) {
        weights_.push_back(begin);
        begin += std::max(panel_floats(stack.in(l), stack.out(l)),
                          panel_floats(stack.out(l), stack.in(l)));
        biases_.push_back(begin);
        begin += padded(stack.out(l), kColumnStep);
    }
    memory_ = empty_floats(begin);
}

float* LayerNumbers::weight(int64_t layer) const
{
    return memory_.data_ptr<float>() + weights_[static_cast<size_t>(layer)];
}

float* LayerNumbers::bias(int64_t layer) const
{
    return memory_.data_ptr<float>() + biases_[static_cast<size_t>(layer)];
}

Panels LayerNumbers::forward_weight(const DenseStack& stack, int64_t layer) const
{
    return in_panels(weight(layer), stack.in(layer), stack.out(layer));
}

Panels LayerNumbers::backward_weight(const DenseStack& stack, int64_t layer) const
{
    return in_panels(weight(layer), stack.out(layer), stack.in(layer));
}

void LayerNumbers::set_zero() const
{
    std::fill_n(memory_.data_ptr<float>(), memory_.numel(), 0.0F);
}

at::Tensor empty_floats(int64_t count) { return at::empty({count}, at::kFloat); }

}  // namespace jetsmith::kernels
