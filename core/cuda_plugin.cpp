// SPDX-License-Identifier: Apache-2.0
#include "core/cuda_plugin.h"

#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>

#include "core/errors.h"

namespace jetsmith {
namespace {

struct OpenedPlugin {
    void* library = nullptr;
    CudaPlugin* plugin = nullptr;
    std::string error;
};

/// The plug-in lies beside libjetsmith.so, wherever that was loaded from.
std::filesystem::path plugin_path()
{
    Dl_info info{};
    dladdr(reinterpret_cast<void*>(&cuda_plugin), &info);
    return std::filesystem::path(info.dli_fname).parent_path() / "libjetsmith_cuda.so";
}

OpenedPlugin open_plugin()
{
    OpenedPlugin opened;
    const auto path = plugin_path();
    if (!std::filesystem::exists(path)) {
        opened.error = "this build has no GPU plug-in; build it where nvcc is installed";
        return opened;
    }
    // LibTorch's GPU libraries are half a gigabyte: not worth opening where no driver is.
    void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY);
    if (!driver) {
        opened.error = "this machine has no NVIDIA driver (libcuda.so.1 not found)";
        return opened;
    }
    opened.library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (!opened.library) {
        const char* reason = ::dlerror();
        opened.error = std::string("the GPU plug-in could not be opened: ") + reason;
        return opened;
    }
    using Entry = CudaPlugin*(const char** error);
    auto* entry = reinterpret_cast<Entry*>(::dlsym(opened.library, "jetsmith_cuda_plugin"));
    ensure(entry != nullptr, "libjetsmith_cuda.so has no entry point");
    const char* error = "";
    opened.plugin = entry(&error);
    if (!opened.plugin) opened.error = error;
    return opened;
}

const OpenedPlugin& opened()
{
    static const OpenedPlugin instance = open_plugin();
    return instance;
}

}  // namespace

CudaPlugin* cuda_plugin() { return opened().plugin; }
const std::string& cuda_plugin_error() { return opened().error; }

void* cuda_symbol(const char* symbol)
{
    void* address = opened().library ? ::dlsym(opened().library, symbol) : nullptr;
    ensure(address != nullptr, std::string("the GPU plug-in does not export ") + symbol);
    return address;
}

}  // namespace jetsmith
