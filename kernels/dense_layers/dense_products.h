// SPDX-License-Identifier: Apache-2.0
// Matrix products with what happens to their results before they are stored. Float32 in panels, in
// the calling thread.
#pragma once

#include <cstdint>

#include "kernels/dense_layers/dense_panels.h"

namespace jetsmith::kernels {

/// What happens to a product of the forward pass before it is stored.
struct ForwardEnd {
    const float* bias;  ///< padded with 0
    bool rectify;
};

/// y = x W^T + b, then `end`. weight: W^T, (in, out) in panels.
void forward_product(const Panels& x, const Panels& weight, const ForwardEnd& end, const Panels& y);

/// Gradients closer to 0 are taken as 0. They change no sum, but in the layers below they would end
/// as denormal numbers, with which processors reckon a hundred times slower.
constexpr float kVanishing = 1e-30F;

/// What happens to a product of the backward pass before it is stored: it is multiplied with
/// `scale` where the outputs of the layer below, in panels like it, are positive, and becomes 0
/// elsewhere and where it vanishes. Without outputs it stays as it is.
struct BackwardEnd {
    const float* outputs;
    float scale;
    float* bias;  ///< += column sums, padded
};

/// g_x = g_y W, then `end`. weight: W, (out, in) in panels.
void backward_product(const Panels& g_y, const Panels& weight, const BackwardEnd& end,
                      const Panels& g_x);

/// W += g_y^T x. W lies in rows of padded(columns of x, kColumnStep) numbers,
/// padded(columns of g_y, kRowStep) of them.
void weight_product(const Panels& g_y, const Panels& x, float* weight);

/// Vanishing gradients become 0; sums, padded, += column sums.
void flush_and_sum(const Panels& g, float* sums);

}  // namespace jetsmith::kernels
