// SPDX-License-Identifier: Apache-2.0
// Pixelation on the GPU: one warp per jet, its image in shared memory, integer atomics, then
// 16-byte stores. A lane keeps up to four constituents in registers; jets of more than 128 locate
// theirs again in every pass.
#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "kernels/pixelate/pixelate_warp.cuh"

namespace jetsmith::kernels {
namespace {

/// Warps of a block; constituents that a lane keeps.
constexpr int kMostWarps = 4, kKept = 4;

template <int Kept>
__device__ JetFrame draw(const PixelateArguments& a, int64_t image, int64_t first, int count,
                         int* tile)
{
    Warp<Kept> warp(a.momenta + 4 * first, count, a.channels, tile);
    const JetFrame frame = find_frame(warp, a, image);
    fill(warp, a, frame);
    return frame;
}

__device__ float pixel(const PixelateArguments& a, int units, float unit, int64_t cell)
{
    const float value = transformed<Lane<float>>(a, __fmul_rn(static_cast<float>(units), unit));
    return a.mean ? __fmul_rn(value - __ldg(a.mean + cell), __ldg(a.inverse + cell)) : value;
}

__device__ void store(float* to, float v) { *to = v; }
__device__ void store(__nv_bfloat16* to, float v) { *to = __float2bfloat16_rn(v); }

/// Writes an image from its tile, 16 bytes at a time where they belong to this image alone. The
/// Rows that do not exist become NaN. The
/// tile begins `shift` cells into its shared memory, where 16-byte borders of both agree.
template <class Out>
__device__ void write_image(const PixelateArguments& a, const JetFrame& frame, const int* tile,
                            int shift, int cells, bool known, Out* image)
{
    constexpr int kVector = 16 / sizeof(Out);
    float units[kPixelChannels] = {};
    for (int c = 0; c < a.channels; ++c) units[c] = known ? unit(a, frame, c) : nanf("");
    for (int at = static_cast<int>(threadIdx.x % kLanes) * kVector - shift; at < cells;
         at += kLanes * kVector) {
        alignas(16) Out values[kVector];
        const bool whole = at >= 0 && at + kVector <= cells;
        for (int i = 0; i < kVector; ++i) {
            if (at + i < 0 || at + i >= cells) continue;
            const float unit_here = units[a.channels == 1 ? 0 : (at + i) % a.channels];
            store(values + i, pixel(a, tile[at + i], unit_here, at + i));
            if (!whole) image[at + i] = values[i];
        }
        if (whole) *reinterpret_cast<int4*>(image + at) = *reinterpret_cast<const int4*>(values);
    }
}

template <class Out>
__global__ void __launch_bounds__(kMostWarps* kLanes, 4)
    pixelate_kernel(PixelateArguments a, int stride)
{
    extern __shared__ int4 shared[];
    const int warps = blockDim.x / kLanes, warp = threadIdx.x / kLanes;
    const int lane = threadIdx.x % kLanes, cells = a.height * a.width * a.channels;
    int* own = reinterpret_cast<int*>(shared) + warp * stride;
    for (int64_t image = int64_t{blockIdx.x} * warps + warp; image < a.jets;
         image += int64_t{gridDim.x} * warps) {
        Out* to = static_cast<Out*>(a.images) + image * cells;
        const int shift = static_cast<int>(reinterpret_cast<uintptr_t>(to) % 16 / sizeof(Out));
        int* tile = own + shift;
        for (int i = lane; i < stride / 4; i += kLanes)
            reinterpret_cast<int4*>(own)[i] = make_int4(0, 0, 0, 0);
        __syncwarp();
        const int64_t row = a.rows[image];
        const bool known = row >= 0 && row < a.store_jets;
        const int64_t first = known ? a.offsets[row] : 0;
        const int count = known ? static_cast<int>(a.offsets[row + 1] - first) : 0;
        JetFrame frame = count <= kLanes * kKept ? draw<kKept>(a, image, first, count, tile)
                                                 : draw<0>(a, image, first, count, tile);
        __syncwarp();
        write_image(a, frame, tile, shift, cells, known, to);
        __syncwarp();
    }
}

template <class Out>
const char* launch(const PixelateArguments& a, cudaStream_t stream)
{
    int device = 0, limit = 0, processors = 0;
    cudaGetDevice(&device);
    cudaDeviceGetAttribute(&limit, cudaDevAttrMaxSharedMemoryPerBlockOptin, device);
    cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device);
    // A shift of at most 7 cells, rounded up to 16 bytes.
    const int64_t stride = (int64_t{a.height} * a.width * a.channels + 7 + 3) / 4 * 4;
    const int64_t tile = stride * static_cast<int64_t>(sizeof(int));
    if (tile > limit) return "the image does not fit into shared memory";
    // At most half of the shared memory per block, so that two or more blocks overlap.
    const int64_t room = tile > limit / 2 ? limit : limit / 2;
    const int warps = static_cast<int>(room / tile < kMostWarps ? room / tile : kMostWarps);
    const int bytes = static_cast<int>(warps * tile);
    if (const auto error = cudaFuncSetAttribute(pixelate_kernel<Out>,
                                                cudaFuncAttributeMaxDynamicSharedMemorySize, bytes))
        return cudaGetErrorString(error);
    const int64_t wanted = (a.jets + warps - 1) / warps, most = int64_t{processors} * 16;
    const auto blocks = static_cast<unsigned>(wanted < most ? wanted : most);
    pixelate_kernel<Out><<<blocks, static_cast<unsigned>(warps * kLanes), bytes, stream>>>(
        a, static_cast<int>(stride));
    const auto error = cudaGetLastError();
    return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}

}  // namespace
}  // namespace jetsmith::kernels

/// nullptr, or what went wrong in words.
extern "C" const char* jetsmith_launch_pixelate(const jetsmith::kernels::PixelateArguments* a,
                                                void* stream)
{
    using namespace jetsmith::kernels;
    auto* on = static_cast<cudaStream_t>(stream);
    return a->bfloat16 ? launch<__nv_bfloat16>(*a, on) : launch<float>(*a, on);
}
