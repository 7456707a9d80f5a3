// SPDX-License-Identifier: Apache-2.0
// What a segment-sum kernel is told: plain pointers and numbers, the same for the CPU and CUDA.
#pragma once

#include <cstdint>

namespace jetsmith::kernels {

struct SegmentSumArguments {
    void* values;            ///< (T, width), float32 or bfloat16; read forward, written backward
    bool bfloat16;           ///< type of values
    const float* weights;    ///< (T), or null for ones
    const int64_t* offsets;  ///< (segments + 1)
    int64_t segments;
    int64_t width;
    float* sums;  ///< (segments, width); written forward, read backward
};

}  // namespace jetsmith::kernels
