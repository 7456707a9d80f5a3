// SPDX-License-Identifier: Apache-2.0
// Host side of libjetsmith_cuda.so: devices, streams and graphs through LibTorch's CUDA library.
#include <ATen/Context.h>
#include <ATen/cuda/CUDAEvent.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <cuda_runtime_api.h>

#include <cstdlib>
#include <exception>
#include <string>

#include "core/cuda_plugin.h"

namespace jetsmith {
namespace {

class CudaCapturedStep final : public CapturedStep {
  public:
    void capture(const std::function<void()>& work) override
    {
        // Capturing is not allowed on the default stream; thread-local mode lets other threads go
        // on using CUDA meanwhile.
        const auto stream = c10::cuda::getStreamFromPool();
        const c10::cuda::CUDAStreamGuard guard(stream);
        graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
        try {
            work();
        } catch (...) {
            const auto failure = std::current_exception();
            try {
                graph_.capture_end();
            } catch (const std::exception&) {
                // The failure broke the capture; it is the one to hear of.
            }
            std::rethrow_exception(failure);
        }
        graph_.capture_end();
    }
    void replay() override { graph_.replay(); }

  private:
    at::cuda::CUDAGraph graph_;
};

/// "13.0" of 13000
std::string version_text(cudaError_t (*get)(int*))
{
    int version = 0;
    if (get(&version) != cudaSuccess) return "unknown";
    return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

class LibTorchCudaPlugin final : public CudaPlugin {
  public:
    int device_count() const override { return c10::cuda::device_count(); }
    std::string device_name(int device) const override
    {
        return at::cuda::getDeviceProperties(static_cast<c10::DeviceIndex>(device))->name;
    }
    int64_t total_memory(int device) const override
    {
        const auto* properties =
            at::cuda::getDeviceProperties(static_cast<c10::DeviceIndex>(device));
        return static_cast<int64_t>(properties->totalGlobalMem);
    }
    int64_t peak_memory(int device) const override
    {
        const auto stats = c10::cuda::CUDACachingAllocator::getDeviceStats(
            static_cast<c10::DeviceIndex>(device));
        return stats.allocated_bytes[0].peak;
    }
    int64_t free_memory(int device) const override
    {
        const c10::cuda::CUDAGuard guard(static_cast<c10::DeviceIndex>(device));
        size_t free = 0, total = 0;
        return cudaMemGetInfo(&free, &total) == cudaSuccess ? static_cast<int64_t>(free) : 0;
    }
    std::string runtime_version() const override { return version_text(cudaRuntimeGetVersion); }
    std::string driver_version() const override { return version_text(cudaDriverGetVersion); }
    std::string cudnn_version() const override
    {
        const auto& hooks = at::detail::getCUDAHooks();
        return hooks.hasCuDNN() ? std::to_string(hooks.versionRuntimeCuDNN()) : "absent";
    }

    void set_device(int device) override
    {
        c10::cuda::set_device(static_cast<c10::DeviceIndex>(device));
    }
    void release_memory() override { c10::cuda::CUDACachingAllocator::emptyCache(); }
    void synchronize() override { c10::cuda::device_synchronize(); }
    void* stream() const override { return c10::cuda::getCurrentCUDAStream().stream(); }

    void on_side_stream(const std::function<void()>& work) override
    {
        const auto side = c10::cuda::getStreamFromPool();
        at::cuda::CUDAEvent before, after;
        before.record();
        before.block(side);
        {
            const c10::cuda::CUDAStreamGuard guard(side);
            work();
            after.record(side);
        }
        after.block(c10::cuda::getCurrentCUDAStream());
    }

    std::unique_ptr<CapturedStep> make_captured_step() override
    {
        return std::make_unique<CudaCapturedStep>();
    }

    void set_numerics(bool deterministic, bool allow_tf32) override
    {
        // cuBLAS repeats its bits only with a workspace of fixed size, which it reads from here at its
        // first product; a choice of the user has precedence.
        if (deterministic) ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);
        auto& context = at::globalContext();
        context.setBenchmarkCuDNN(!deterministic);
        context.setDeterministicCuDNN(deterministic);
        context.setDeterministicAlgorithms(deterministic, false);
        context.setAllowTF32CuDNN(allow_tf32);
        context.setAllowTF32CuBLAS(allow_tf32);
    }
};

}  // namespace
}  // namespace jetsmith

/// Entry point of the plug-in: nullptr with a reason where no GPU can be used.
extern "C" jetsmith::CudaPlugin* jetsmith_cuda_plugin(const char** error)
{
    static std::string reason;
    try {
        // Throws a sentence without a driver, where device_count() alone would only say 0.
        c10::cuda::device_count_ensure_non_zero();
        static jetsmith::LibTorchCudaPlugin plugin;
        return &plugin;
    } catch (const std::exception& failure) {
        reason = failure.what();
        reason = reason.substr(0, reason.find('\n'));
        *error = reason.c_str();
        return nullptr;
    }
}
