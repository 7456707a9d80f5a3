// SPDX-License-Identifier: Apache-2.0
// What a sweep for NaN and infinity is told: plain pointers, the same for the CPU and CUDA.
#pragma once

#include <cstdint>

namespace jetsmith::kernels {

/// Values that lie together in memory.
struct FiniteSpan {
    const void* values;
    int64_t count;
    int32_t bytes;  ///< of a value: 2 bfloat16, 4 float32, 8 float64
};

constexpr int kMostFiniteSpans = 16;

struct FiniteArguments {
    FiniteSpan spans[kMostFiniteSpans];
    int32_t count;
    float* flag;  ///< becomes 1 where a value is NaN or infinite
};

}  // namespace jetsmith::kernels
