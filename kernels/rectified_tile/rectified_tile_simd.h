// SPDX-License-Identifier: Apache-2.0
// The loops of rectified_tile.h on plain pointers.
#pragma once

#include <cstdint>

#include "kernels/rectified_tile/rectified_tile.h"

namespace jetsmith::kernels {

/// Values of a tile: float32, or bfloat16 as bits.
struct TileValues {
    void* data;
    bool bfloat16;
    int64_t rows, width;
};

void narrow_layer_loop(const float* x, int64_t features, const float* weight, const float* bias,
                       const TileValues& out);
void narrow_gradient_loop(const float* x, int64_t features, const TileValues& g, float* weight);
void rectify_loop(const TileValues& v, const float* bias);
void keep_positive_loop(const TileValues& v, void* g, float* bias);
void add_to_rows_loop(const TileValues& v, const ObjectRange& range, float* sums);
void spread_loop(const TileValues& v, const ObjectRange& range, const float* sums, void* g,
                 float* bias);

}  // namespace jetsmith::kernels
