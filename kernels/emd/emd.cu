// SPDX-License-Identifier: Apache-2.0
// Exact EMDs on the GPU: one warp per pair. A kernel for each size class (32, 64, 128 nodes a side
// in registers; more in memory) takes its pairs from the list; warps stay and fetch the next.
#include <cuda_runtime.h>

#include "kernels/emd/emd_warp.cuh"

namespace jetsmith::kernels {
namespace {

constexpr int kWarps = 2, kThreads = kWarps * kLanes;
/// Memory for the trees of events beyond the last class in registers; fewer warps run if need be.
constexpr int64_t kMostScratch = int64_t{1} << 30;

/// Blocks that should fit on a multiprocessor together; bounds the registers.
__device__ constexpr int kResident[] = {20, 14, 6, 8};

/// Filled on the device before the kernels are chosen.
struct Survey {
    unsigned long long next[kClasses];       ///< pair that the next free warp of a class looks at
    unsigned first_classes, second_classes;  ///< masks of the classes of the events
    int groups;                              ///< of the largest event
};

__device__ int event_groups(const EmdArguments& a, const EmdParticles& p, int64_t event)
{
    return groups_for(a, p.offsets[event + 1] - p.offsets[event]);
}

__device__ void survey_events(const EmdArguments& a, const EmdParticles& p, unsigned* classes,
                              int* most)
{
    const int64_t stride = int64_t{gridDim.x} * blockDim.x;
    for (int64_t e = int64_t{blockIdx.x} * blockDim.x + threadIdx.x; e < p.events; e += stride) {
        const int groups = event_groups(a, p, e);
        atomicOr(classes, 1u << class_for(groups));
        atomicMax(most, groups);
    }
}

__global__ void survey_kernel(const __grid_constant__ EmdArguments a, Survey* survey)
{
    survey_events(a, a.first, &survey->first_classes, &survey->groups);
    survey_events(a, a.second, &survey->second_classes, &survey->groups);
}

__device__ bool belongs(const EmdArguments& a, int64_t pair, int size_class)
{
    if (pair >= a.count) return false;
    const int rows = event_groups(a, a.first, a.pairs[2 * pair]);
    const int columns = event_groups(a, a.second, a.pairs[2 * pair + 1]);
    return class_for(rows > columns ? rows : columns) == size_class;
}

template <int Class, bool kStored>
__global__ void __launch_bounds__(kThreads, kResident[Class])
    emd_kernel(const __grid_constant__ EmdArguments a, Shape<kept_by(Class)> shape, Survey* survey,
               char* far_block, int64_t near_bytes, int64_t far_bytes)
{
    constexpr int kKept = kept_by(Class), kFetched = kKept > 0 ? 8 : 1;
    extern __shared__ int4 shared[];
    const int warp = static_cast<int>(threadIdx.x / kLanes);
    Arena near(reinterpret_cast<char*>(shared) + warp * near_bytes);
    Arena far(far_block + (int64_t{blockIdx.x} * kWarps + warp) * far_bytes);
    const Scratch scratch = lay_out(shape, kStored, kKept > 0 ? near : far, far);
    while (true) {
        unsigned long long taken = 0;
        if (lane_index() == 0) taken = atomicAdd(&survey->next[Class], kFetched);
        const auto first = static_cast<int64_t>(shuffle(taken, 0));
        if (first >= a.count) return;
        const bool mine = lane_index() < kFetched && belongs(a, first + lane_index(), Class);
        for (uint32_t left = ballot(mine); left != 0; left &= left - 1)
            solve_pair<kKept, kStored>(a, first + first_bit(left), shape, scratch);
    }
}

int64_t smaller_of(int64_t a, int64_t b) { return a < b ? a : b; }

template <int Class, bool kStored>
cudaError_t launch_class(const EmdArguments& a, int groups, Survey* survey, cudaStream_t stream)
{
    constexpr int kKept = kept_by(Class);
    Shape<kKept> shape;
    if constexpr (kKept == 0) shape = {groups, groups};
    Tally near, far;
    lay_out(shape, kStored, kKept > 0 ? near : far, far);
    const auto shared = static_cast<size_t>(kWarps * near.used());
    int device = 0, processors = 0, resident = 0;
    cudaGetDevice(&device);
    cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, device);
    const auto kernel = emd_kernel<Class, kStored>;
    cudaOccupancyMaxActiveBlocksPerMultiprocessor(&resident, kernel, kThreads, shared);
    int64_t blocks = smaller_of((a.count + kWarps - 1) / kWarps, int64_t{processors} * resident);
    if (far.used() > 0) blocks = smaller_of(blocks, kMostScratch / (kWarps * far.used()) + 1);
    char* block = nullptr;
    if (far.used() > 0)
        if (const auto error = cudaMallocAsync(reinterpret_cast<void**>(&block),
                                               blocks * kWarps * far.used(), stream))
            return error;
    kernel<<<static_cast<unsigned>(blocks), kThreads, shared, stream>>>(a, shape, survey, block,
                                                                        near.used(), far.used());
    const auto error = cudaGetLastError();
    return block == nullptr || error != cudaSuccess ? error : cudaFreeAsync(block, stream);
}

template <int Class>
cudaError_t launch_if_needed(const EmdArguments& a, const Survey& known, Survey* survey,
                             cudaStream_t stream)
{
    // The larger event of a pair decides its class.
    const unsigned upto = (2u << Class) - 1, here = 1u << Class;
    const unsigned first = known.first_classes & upto, second = known.second_classes & upto;
    if (first == 0 || second == 0 || ((first | second) & here) == 0) return cudaSuccess;
    return recomputes_costs(a) ? launch_class<Class, false>(a, known.groups, survey, stream)
                               : launch_class<Class, true>(a, known.groups, survey, stream);
}

cudaError_t launch(const EmdArguments& a, cudaStream_t stream)
{
    Survey known{}, *survey = nullptr;
    if (const auto error = cudaMallocAsync(reinterpret_cast<void**>(&survey), sizeof known, stream))
        return error;
    cudaMemsetAsync(survey, 0, sizeof known, stream);
    survey_kernel<<<256, 256, 0, stream>>>(a, survey);
    cudaMemcpyAsync(&known, survey, sizeof known, cudaMemcpyDeviceToHost, stream);
    cudaError_t error = cudaStreamSynchronize(stream);
    if (error == cudaSuccess) error = launch_if_needed<3>(a, known, survey, stream);
    if (error == cudaSuccess) error = launch_if_needed<2>(a, known, survey, stream);
    if (error == cudaSuccess) error = launch_if_needed<1>(a, known, survey, stream);
    if (error == cudaSuccess) error = launch_if_needed<0>(a, known, survey, stream);
    const cudaError_t freed = cudaFreeAsync(survey, stream);
    return error == cudaSuccess ? freed : error;
}

}  // namespace
}  // namespace jetsmith::kernels

/// nullptr, or what went wrong in words. All pointers are the device's. Waits for the stream once.
extern "C" const char* jetsmith_launch_emd(const jetsmith::kernels::EmdArguments* a, void* stream)
{
    if (a->count == 0) return nullptr;
    const auto error = jetsmith::kernels::launch(*a, static_cast<cudaStream_t>(stream));
    return error == cudaSuccess ? nullptr : cudaGetErrorString(error);
}
