// SPDX-License-Identifier: Apache-2.0
// sum_t w_t Phi(x_t) over the objects of each row of a ragged batch, where Phi is a stack of fully
// connected, rectified layers: the expensive part of set networks. T objects, B rows, F features,
// L columns of the last layer.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace jetsmith::layers {

/// float32 (B, L), differentiable in the parameters (not in x and weights).
///   x_TF        float32, features of all objects
///   offsets_B1  int64 (B + 1)
///   weights_T   float32; undefined: ones
///   parameters  weight (out, in) and bias (out) of each layer, in order
/// On the CPU in tiles of objects, each of which goes through all layers while it is in the cache;
/// tiles have few different sizes, so that LibTorch compiles their products once, not once per
/// batch. Under autocast the products after the first layer are bfloat16. Elsewhere: plain
/// operations. The same bits for the same number of threads.
at::Tensor summed_rectified_layers(const at::Tensor& x_TF, const at::Tensor& offsets_B1,
                                   const at::Tensor& weights_T,
                                   const std::vector<at::Tensor>& parameters);

}  // namespace jetsmith::layers
