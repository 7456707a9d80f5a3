// SPDX-License-Identifier: Apache-2.0
// The sweep on the GPU: all blocks stride over one span after the other.
#include <cuda_runtime.h>

#include "kernels/finite/finite_arguments.h"
#include "kernels/finite/finite_math.h"

namespace jetsmith::kernels {
namespace {

constexpr int kThreads = 256, kMostBlocks = 1024;

template <class Bits>
__device__ bool sweep(const FiniteSpan& span)
{
    const auto* bits = static_cast<const Bits*>(span.values);
    const int64_t stride = static_cast<int64_t>(gridDim.x) * blockDim.x;
    bool bad = false;
    for (int64_t i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < span.count;
         i += stride)
        bad = bad || not_finite(bits[i]);
    return bad;
}

__global__ void finite_kernel(FiniteArguments a)
{
    bool bad = false;
    for (int s = 0; s < a.count; ++s) {
        const FiniteSpan& span = a.spans[s];
        bad = bad || (span.bytes == 2   ? sweep<uint16_t>(span)
                      : span.bytes == 4 ? sweep<uint32_t>(span)
                                        : sweep<uint64_t>(span));
    }
    // Whoever stores, stores the same.
    if (bad) *a.flag = 1.0F;
}

}  // namespace
}  // namespace jetsmith::kernels

/// nullptr, or what went wrong in words.
extern "C" const char* jetsmith_launch_finite(const jetsmith::kernels::FiniteArguments* a,
                                              void* stream)
{
    using namespace jetsmith::kernels;
    int64_t most = 1;
    for (int s = 0; s < a->count; ++s) most = a->spans[s].count > most ? a->spans[s].count : most;
    const int64_t wanted = (most + kThreads - 1) / kThreads;
    const auto blocks = static_cast<unsigned>(wanted < kMostBlocks ? wanted : kMostBlocks);
    finite_kernel<<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(*a);
    const auto error = cudaGetLastError();
    return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
