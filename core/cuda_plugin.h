// SPDX-License-Identifier: Apache-2.0
// Everything that needs CUDA lies in one library, libjetsmith_cuda.so, opened at run time: the
// same program serves machines with and without a GPU. The plug-in must be open before anything
// asks LibTorch for its CUDA hooks, since LibTorch remembers the first answer.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace jetsmith {

/// Work recorded once on a GPU stream and replayed as a whole (a CUDA graph).
class CapturedStep {
  public:
    virtual ~CapturedStep() = default;

    /// Records what `work` launches. It must not synchronise, allocate outside LibTorch's own
    /// allocator or change shapes. Runs nothing.
    virtual void capture(const std::function<void()>& work) = 0;

    /// Launches the recorded work.
    virtual void replay() = 0;
};

/// What the plug-in offers to host code. One instance per process, never destroyed.
class CudaPlugin {
  public:
    virtual ~CudaPlugin() = default;

    virtual int device_count() const = 0;
    virtual std::string device_name(int device) const = 0;
    virtual int64_t total_memory(int device) const = 0;  ///< [bytes]
    virtual int64_t peak_memory(int device) const = 0;   ///< [bytes] held by tensors at most
    virtual int64_t free_memory(int device) const = 0;   ///< [bytes] that nobody has taken
    virtual std::string runtime_version() const = 0;
    virtual std::string cudnn_version() const = 0;
    virtual std::string driver_version() const = 0;  ///< newest CUDA that the driver knows

    virtual void set_device(int device) = 0;
    virtual void synchronize() = 0;
    /// Gives memory that LibTorch keeps for later, but does not use, back to the GPU.
    virtual void release_memory() = 0;

    /// The current stream of the current device, a cudaStream_t.
    virtual void* stream() const = 0;

    /// A stream of its own for `work`: the current stream waits for it afterwards. Warming up for
    /// a capture has to happen off the default stream.
    virtual void on_side_stream(const std::function<void()>& work) = 0;

    virtual std::unique_ptr<CapturedStep> make_captured_step() = 0;

    /// Chooses cuDNN's algorithms by measurement (fast) or by rule (deterministic), and whether
    /// float32 products may use TF32. deterministic: operations without a repeatable kernel are an
    /// error, and cuBLAS gets the workspace that makes it repeatable; before the first product.
    virtual void set_numerics(bool deterministic, bool allow_tf32) = 0;
};

/// The plug-in, opened at the first call; nullptr where it, its libraries or a GPU are missing.
CudaPlugin* cuda_plugin();

/// Why cuda_plugin() is nullptr, in words for the user; empty when it is there.
const std::string& cuda_plugin_error();

/// Address of the exported symbol of the open plug-in. Throws InternalError when it is missing.
void* cuda_symbol(const char* symbol);

/// A kernel launcher by its exported name, e.g. cuda_kernel<LaunchPixelate>("jetsmith_launch_...").
template <typename Function>
Function* cuda_kernel(const char* symbol)
{
    return reinterpret_cast<Function*>(cuda_symbol(symbol));
}

}  // namespace jetsmith
