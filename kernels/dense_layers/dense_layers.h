// SPDX-License-Identifier: Apache-2.0
// Fully connected layers one after the other on the CPU: x W^T + b, max(., 0), dropout; forward and
// backward of the whole stack as one operation each. A batch is cut into one share of rows per
// thread, a share into tiles that stay in the cache of its processor on their way through all
// layers; between the matrix products nothing is read or written but their operands. For networks
// so small that LibTorch spends most of a step between the products of its sixty operations. On a
// GPU the layers run in plain operations. B rows, F features, C columns of the last layer.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace jetsmith::kernels {

/// float32 (B, C), differentiable once in x and the parameters.
///   x_BF        float32 on the CPU, B >= 0
///   parameters  weight (out, in) and bias (out) of each layer, in order; contiguous float32. After
///               the last bias there is no max(., 0) and no dropout
///   dropout     share of the outputs of hidden layers that become 0, from 0 to below 1; the others
///               are divided by 1 - dropout. Which ones is a function of LibTorch's CPU generator,
///               layer, row and column
/// max(v, 0) keeps NaN; gradients below 1e-30 count as 0. The same bits for the same number of
/// threads. Throws InternalError for other shapes, types or values.
at::Tensor dense_layers(const at::Tensor& x_BF, const std::vector<at::Tensor>& parameters,
                        double dropout);

/// Up to this width of its widest layer a stack is faster than LibTorch's operations, whose
/// products of larger matrices are better.
constexpr int64_t kWidestDenseLayer = 256;

}  // namespace jetsmith::kernels
