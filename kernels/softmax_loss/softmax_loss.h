// SPDX-License-Identifier: Apache-2.0
// Weighted softmax cross entropy with label smoothing (Szegedy et al., 1512.00567, eq. 6):
//   sum_b w_b l_b / sum_b w_b,  l_b = -sum_c t_bc log softmax(z_b)_c,
//   t_bc = (1 - s) [c = label of b] + s / C
// with its gradient w_b (softmax(z_b)_c - t_bc) / sum_b w_b in the same pass. B rows, C classes.
#pragma once

#include <ATen/core/Tensor.h>

namespace jetsmith::kernels {

/// float32 scalar, differentiable once in the logits.
///   logits_BC  float32
///   labels_B   int64, from 0 to C - 1; -1: the row has no loss, but counts in sum_b w_b
///   weights_B  float32
///   smoothing  s, from 0 to below 1
/// Contiguous, all on one device; on a GPU in plain operations. Sums are in double and in the order
/// of the rows: every call gives the same bits. A logit that is NaN or infinity makes the
/// loss NaN, and so does a batch without rows. Throws InternalError for other shapes, types or
/// labels.
at::Tensor softmax_loss(const at::Tensor& logits_BC, const at::Tensor& labels_B,
                        const at::Tensor& weights_B, double smoothing);

}  // namespace jetsmith::kernels
