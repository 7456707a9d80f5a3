// SPDX-License-Identifier: Apache-2.0
// Constituents on the GPU: one warp per jet, the formulas of particle_features_math.h.
#include <cuda_runtime.h>

#include "kernels/particle_features/particle_features_math.h"

namespace jetsmith::kernels {
namespace {

constexpr int kLanes = 32, kWarps = 4;
constexpr unsigned kAll = 0xffffffffu;

struct WarpLanes {
    __device__ int lane() const { return threadIdx.x % kLanes; }
    __device__ static int lanes() { return kLanes; }
    /// The same bits in every lane: the butterfly adds in a fixed tree.
    __device__ double sum(double v) const
    {
        for (int other = kLanes / 2; other > 0; other /= 2) v += __shfl_xor_sync(kAll, v, other);
        return v;
    }
    __device__ float least(float v) const
    {
        for (int other = kLanes / 2; other > 0; other /= 2)
            v = fminf(v, __shfl_xor_sync(kAll, v, other));
        return v;
    }
    __device__ float largest(float v) const { return -least(-v); }
    __device__ int hardest(float pt, int position) const
    {
        for (int other = kLanes / 2; other > 0; other /= 2) {
            const float its_pt = __shfl_xor_sync(kAll, pt, other);
            const int its_position = __shfl_xor_sync(kAll, position, other);
            if (its_pt < pt || (its_pt == pt && its_position >= position)) continue;
            pt = its_pt, position = its_position;
        }
        return position;
    }
    __device__ void sync() const { __syncwarp(); }
};

__device__ int64_t warp_index() { return int64_t{blockIdx.x} * kWarps + threadIdx.x / kLanes; }

__global__ void count_kernel(ParticleFeaturesArguments a)
{
    const int64_t jet = warp_index();
    if (jet >= a.jets) return;
    const int64_t row = a.rows[jet];
    const bool known = row >= 0 && row < a.store_jets;
    const int64_t first = known ? a.offsets[row] : 0;
    const int n = known ? static_cast<int>(a.offsets[row + 1] - first) : 0;
    const int valid = count_particles(WarpLanes(), a.momenta + 4 * first, n);
    if (threadIdx.x % kLanes == 0) a.counts[jet] = valid < a.most ? valid : a.most;
}

__global__ void describe_kernel(ParticleFeaturesArguments a)
{
    const int64_t jet = warp_index();
    if (jet < a.jets) describe_jet(WarpLanes(), a, jet);
}

}  // namespace
}  // namespace jetsmith::kernels

/// nullptr, or what went wrong in words.
extern "C" const char* jetsmith_launch_particle_features(
    const jetsmith::kernels::ParticleFeaturesArguments* a, bool count, void* stream)
{
    using namespace jetsmith::kernels;
    const auto blocks = static_cast<unsigned>((a->jets + kWarps - 1) / kWarps);
    auto* on = static_cast<cudaStream_t>(stream);
    if (count)
        count_kernel<<<blocks, kWarps * kLanes, 0, on>>>(*a);
    else
        describe_kernel<<<blocks, kWarps * kLanes, 0, on>>>(*a);
    const auto error = cudaGetLastError();
    return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
