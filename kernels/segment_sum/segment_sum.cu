// SPDX-License-Identifier: Apache-2.0
// Segment sums on the GPU: one block per row, a thread per column, objects in their order.
#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "kernels/segment_sum/segment_sum_arguments.h"

namespace jetsmith::kernels {
namespace {

__device__ float as_float(float v) { return v; }
__device__ float as_float(__nv_bfloat16 v) { return __bfloat162float(v); }
__device__ void store(float* to, float v) { *to = v; }
__device__ void store(__nv_bfloat16* to, float v) { *to = __float2bfloat16_rn(v); }

template <class Value>
__global__ void sum_kernel(SegmentSumArguments a)
{
    const auto* values = static_cast<const Value*>(a.values);
    const int64_t row = blockIdx.x, begin = a.offsets[row], end = a.offsets[row + 1];
    for (int64_t l = threadIdx.x; l < a.width; l += blockDim.x) {
        float sum = 0;
        for (int64_t t = begin; t < end; ++t)
            sum += (a.weights ? a.weights[t] : 1.0F) * as_float(values[t * a.width + l]);
        a.sums[row * a.width + l] = sum;
    }
}

template <class Value>
__global__ void spread_kernel(SegmentSumArguments a)
{
    auto* values = static_cast<Value*>(a.values);
    const int64_t row = blockIdx.x, begin = a.offsets[row], end = a.offsets[row + 1];
    for (int64_t l = threadIdx.x; l < a.width; l += blockDim.x) {
        const float sum = a.sums[row * a.width + l];
        for (int64_t t = begin; t < end; ++t)
            store(values + t * a.width + l, (a.weights ? a.weights[t] : 1.0F) * sum);
    }
}

template <class Value>
void launch(const SegmentSumArguments& a, bool backward, cudaStream_t stream)
{
    const auto blocks = static_cast<unsigned>(a.segments);
    const auto threads = static_cast<unsigned>(a.width < 256 ? (a.width + 31) / 32 * 32 : 256);
    if (backward)
        spread_kernel<Value><<<blocks, threads, 0, stream>>>(a);
    else
        sum_kernel<Value><<<blocks, threads, 0, stream>>>(a);
}

}  // namespace
}  // namespace jetsmith::kernels

/// nullptr, or what went wrong in words.
extern "C" const char* jetsmith_launch_segment_sum(const jetsmith::kernels::SegmentSumArguments* a,
                                                   bool backward, void* stream)
{
    using namespace jetsmith::kernels;
    auto* on = static_cast<cudaStream_t>(stream);
    a->bfloat16 ? launch<__nv_bfloat16>(*a, backward, on) : launch<float>(*a, backward, on);
    const auto error = cudaGetLastError();
    return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
