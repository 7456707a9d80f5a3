// SPDX-License-Identifier: Apache-2.0
#include "core/device.h"

#include <charconv>
#include <fstream>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith {
namespace {

/// N of "cuda:N"; 0 for "cuda"; -1 when the text is neither.
int cuda_index(const std::string& wanted)
{
    if (wanted == "cuda") return 0;
    if (!wanted.starts_with("cuda:")) return -1;
    int index = -1;
    const char* end = wanted.data() + wanted.size();
    const auto result = std::from_chars(wanted.data() + 5, end, index);
    return result.ec == std::errc{} && result.ptr == end ? index : -1;
}

at::Device use_gpu(int index)
{
    cuda_plugin()->set_device(index);
    return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index));
}

}  // namespace

bool cpu_is_fast_at_bf16()
{
#if defined(__x86_64__)
    static const bool fast = __builtin_cpu_supports("amx-bf16") ||
                             (__builtin_cpu_is("amd") && __builtin_cpu_supports("avx512bf16"));
    return fast;
#else
    return false;
#endif
}

at::Device choose_device(const std::string& wanted)
{
    if (wanted == "cpu") return at::kCPU;
    if (wanted == "auto") return cuda_plugin() ? use_gpu(0) : at::Device(at::kCPU);
    const int index = cuda_index(wanted);
    if (index < 0)
        throw UserError("trainer.device: '{}' is no device (must be auto, cpu, cuda or cuda:N). "
                        "With device: auto a GPU is used where there is one.",
                        wanted);
    if (!cuda_plugin())
        throw UserError("trainer.device: {} was asked for, but no GPU can be used ({}). Use device: "
                        "cpu, or auto.",
                        wanted, cuda_plugin_error());
    if (index >= cuda_plugin()->device_count())
        throw UserError("trainer.device: {} does not exist (this machine has {} GPU(s), counted "
                        "from cuda:0). Use device: cuda.",
                        wanted, cuda_plugin()->device_count());
    return use_gpu(index);
}

Precision choose_precision(const std::string& wanted, const at::Device& device)
{
    if (wanted == "fp32") return {at::kFloat, "fp32 (asked for)"};
    if (wanted == "bf16") return {at::kBFloat16, "bf16 (asked for)"};
    if (wanted != "auto")
        throw UserError("trainer.precision: '{}' is unknown (must be auto, fp32 or bf16). Use "
                        "precision: auto.",
                        wanted);
    if (device.is_cuda()) return {at::kBFloat16, "bf16 (tensor cores)"};
    if (cpu_is_fast_at_bf16()) return {at::kBFloat16, "bf16 (this processor is fast at it)"};
    return {at::kFloat, "fp32 (this processor has no fast bf16)"};
}

std::string device_description(const at::Device& device)
{
    if (device.is_cuda()) return cuda_plugin()->device_name(device.index());
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("model name"))
            return fmt::format("{}, {} threads", line.substr(line.find(':') + 2), thread_count());
    return fmt::format("CPU, {} threads", thread_count());
}

}  // namespace jetsmith
