// SPDX-License-Identifier: Apache-2.0
// What set networks do between their matrix products, on a tile of objects that lies in the cache
// of one processor: one pass over the tile for each of these, where LibTorch takes two to five. On
// a GPU the network runs in plain operations and needs none of this. R rows of the tile, F
// features, L columns of a layer, B rows of the batch.
//
// Values are float32 or bfloat16 (arithmetic in float32, rounded to nearest even), contiguous, on
// the CPU; parameters and their gradients are float32. Everything runs in the calling thread.
// max(v, 0) keeps NaN. Throws InternalError for other shapes or types.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace jetsmith::kernels {

/// out_RL = max(x_RF W^T + b, 0) with float32 x; for few features, where a matrix product is mostly
/// overhead. weight_FL is W^T.
void narrow_layer(const at::Tensor& x_RF, const at::Tensor& weight_FL, const at::Tensor& bias_L,
                  const at::Tensor& out_RL);

/// weight_FL += x_RF^T g_RL.
void narrow_layer_gradient(const at::Tensor& x_RF, const at::Tensor& g_RL,
                           const at::Tensor& weight_FL);

/// v_RL = max(v_RL + b, 0), in place.
void rectify_with_bias(const at::Tensor& v_RL, const at::Tensor& bias_L);

/// g_RL = g_RL where v_RL > 0, else 0, in place; bias_L += its column sums.
void keep_where_positive(const at::Tensor& v_RL, const at::Tensor& g_RL, const at::Tensor& bias_L);

/// The objects of a ragged batch that a tile holds in its first rows.
struct ObjectRange {
    int64_t first_object, objects;
    int64_t first_row;       ///< row of the batch that owns first_object, or one before it
    const int64_t* offsets;  ///< (B + 1)
    const float* weights;    ///< per object of the batch, or null for ones
};

/// sums_BL += w v for each object, in their order.
void add_to_rows(const at::Tensor& v_RL, const ObjectRange& range, const at::Tensor& sums_BL);

/// The gradient of add_to_rows through max(v, 0): g_RL = w sums_BL of the row where v_RL > 0, else
/// 0 (also behind the objects); bias_L += its column sums.
void spread_to_positive(const at::Tensor& v_RL, const ObjectRange& range, const at::Tensor& sums_BL,
                        const at::Tensor& g_RL, const at::Tensor& bias_L);

}  // namespace jetsmith::kernels
