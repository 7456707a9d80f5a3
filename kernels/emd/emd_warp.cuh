// SPDX-License-Identifier: Apache-2.0
// The warp that emd_warp.inc asks for, on the GPU: every thread is a lane.
#pragma once

#include <cuda_runtime.h>

#include "core/host_device.h"
#include "kernels/emd/emd_arguments.h"

namespace jetsmith::kernels {
namespace {

#define JETSMITH_WARP __device__ __forceinline__
#define JETSMITH_UNROLL _Pragma("unroll")

constexpr int kLanes = 32;
constexpr uint32_t kAllLanes = 0xffffffffu;

template <class T>
using Lane = T;

JETSMITH_WARP int lane_index() { return static_cast<int>(threadIdx.x % kLanes); }
JETSMITH_WARP uint32_t own_bit() { return 1u << lane_index(); }
JETSMITH_WARP bool of_mask(uint32_t mask) { return (mask >> lane_index() & 1u) != 0; }

template <class T>
JETSMITH_WARP T broadcast(T value)
{
    return value;
}

/// A parameter that takes no part in the deduction of T.
template <class T>
struct Given {
    using type = T;
};
template <class T>
JETSMITH_WARP T select(bool where, T yes, typename Given<T>::type no)
{
    return where ? yes : no;
}

/// Opaque to the optimiser, which else turns choices among the elements of an array into an
/// index, and the array from registers into memory.
JETSMITH_WARP uint32_t pick(bool first, uint32_t a, uint32_t b)
{
    uint32_t out;
    asm("{ .reg .pred p; setp.ne.s32 p, %1, 0; selp.b32 %0, %2, %3, p; }"
        : "=r"(out)
        : "r"(static_cast<int>(first)), "r"(a), "r"(b));
    return out;
}
JETSMITH_WARP int32_t pick(bool first, int32_t a, int32_t b)
{
    return static_cast<int32_t>(pick(first, static_cast<uint32_t>(a), static_cast<uint32_t>(b)));
}
JETSMITH_WARP float pick(bool first, float a, float b)
{
    return __uint_as_float(pick(first, __float_as_uint(a), __float_as_uint(b)));
}

JETSMITH_WARP uint32_t ballot(bool v) { return __ballot_sync(kAllLanes, v); }
template <class T>
JETSMITH_WARP T shuffle(T v, int lane)
{
    return __shfl_sync(kAllLanes, v, lane);
}

JETSMITH_WARP int32_t reduce_min(int32_t v) { return __reduce_min_sync(kAllLanes, v); }
JETSMITH_WARP double reduce_min(double v)
{
    for (int other = kLanes / 2; other > 0; other /= 2)
        v = fmin(v, __shfl_xor_sync(kAllLanes, v, other));
    return v;
}
template <class T>
JETSMITH_WARP T sum(T v)
{
    for (int other = kLanes / 2; other > 0; other /= 2) v += __shfl_xor_sync(kAllLanes, v, other);
    return v;
}

template <class T, class Index>
JETSMITH_WARP T load(const T* from, Index index, bool where)
{
    return where ? from[index] : T();
}
template <class T, class Index>
JETSMITH_WARP void store(T* to, Index index, typename Given<T>::type value, bool where)
{
    if (where) to[index] = value;
}
JETSMITH_WARP void sync_lanes() { __syncwarp(); }

JETSMITH_WARP int first_bit(uint32_t mask) { return __ffs(static_cast<int>(mask)) - 1; }
JETSMITH_WARP int count_bits(uint32_t mask) { return __popc(mask); }
JETSMITH_WARP int bits_set(uint32_t mask) { return __popc(mask); }

JETSMITH_WARP double fma(double a, double b, double c) { return __fma_rn(a, b, c); }
JETSMITH_WARP float fma(float a, float b, float c) { return __fmaf_rn(a, b, c); }
JETSMITH_WARP double product(double a, double b) { return __dmul_rn(a, b); }
JETSMITH_WARP float product(float a, float b) { return __fmul_rn(a, b); }
JETSMITH_WARP double square_root(double v) { return __dsqrt_rn(v); }
JETSMITH_WARP float square_root(float v) { return __fsqrt_rn(v); }
JETSMITH_WARP double absolute(double v) { return fabs(v); }
JETSMITH_WARP float absolute(float v) { return fabsf(v); }
JETSMITH_WARP double rounded(double v) { return rint(v); }
JETSMITH_WARP double smaller(double a, double b) { return fmin(a, b); }
JETSMITH_WARP double larger(double a, double b) { return fmax(a, b); }
JETSMITH_WARP float smaller(float a, float b) { return fminf(a, b); }
JETSMITH_WARP float larger(float a, float b) { return fmaxf(a, b); }
JETSMITH_WARP int32_t smaller(int32_t a, int32_t b) { return min(a, b); }
JETSMITH_WARP int32_t larger(int32_t a, int32_t b) { return max(a, b); }

JETSMITH_WARP int32_t to_int(double v) { return __double2int_rn(v); }
JETSMITH_WARP int32_t to_int(float v) { return __float2int_rn(v); }
JETSMITH_WARP int32_t to_int(int8_t v) { return v; }
JETSMITH_WARP int64_t to_int64(double v) { return __double2ll_rn(v); }
JETSMITH_WARP int64_t to_int64(int32_t v) { return v; }
JETSMITH_WARP double to_double(int32_t v) { return v; }
JETSMITH_WARP double to_double(int64_t v) { return static_cast<double>(v); }
JETSMITH_WARP float to_float(double v) { return __double2float_rn(v); }
JETSMITH_WARP float to_float(int32_t v) { return __int2float_rn(v); }
JETSMITH_WARP float fast_exp2(float v) { return exp2f(v); }
JETSMITH_WARP float fast_log2(float v) { return __log2f(v); }
JETSMITH_WARP int64_t bits_of(double v) { return __double_as_longlong(v); }
JETSMITH_WARP double double_of(int64_t v) { return __longlong_as_double(v); }

#include "kernels/emd/emd_warp.inc"

}  // namespace
}  // namespace jetsmith::kernels
