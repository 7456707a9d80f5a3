// SPDX-License-Identifier: Apache-2.0
// Sums over the objects of each row of a ragged batch: sums_b = sum_t w_t values_t for t in
// [offsets[b], offsets[b + 1]), without padding. T objects, B rows, L columns.
#pragma once

#include <ATen/core/Tensor.h>

namespace jetsmith::kernels {

/// float32 (B, L); 0 for a row without objects. Differentiable in values (whose gradient has their
/// type), not in weights.
///   values_TL    float32 or bfloat16
///   offsets_B1   int64 (B + 1), from 0 to T; contiguous
///   weights_T    float32; undefined: ones
/// All on one device. Objects are added in their order, in float32, whatever the number of threads:
/// every call gives the same bits. Throws InternalError for other shapes or types.
at::Tensor segment_sum(const at::Tensor& values_TL, const at::Tensor& offsets_B1,
                       const at::Tensor& weights_T = {});

}  // namespace jetsmith::kernels
