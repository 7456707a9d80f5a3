// SPDX-License-Identifier: Apache-2.0
#include "trainers/run_folder.h"

#include <H5public.h>
#include <fmt/chrono.h>
#include <torch/version.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
constexpr int kFormatVersion = 1;

std::string utc_now(const char* format)
{
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    return fmt::format(fmt::runtime(format), fmt::gmtime(now));
}

std::string hdf5_version()
{
    unsigned major = 0, minor = 0, patch = 0;
    H5get_libversion(&major, &minor, &patch);
    return fmt::format("{}.{}.{}", major, minor, patch);
}

std::string host_name()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

}  // namespace

fs::path create_run_folder(const fs::path& wanted, const std::string& name)
{
    fs::path folder = wanted;
    if (folder.empty()) {
        const std::string stem = fmt::format("{}_{}", name, utc_now("{:%Y%m%dT%H%M%SZ}"));
        folder = fs::path("runs") / stem;
        for (int n = 2; fs::exists(folder); ++n) folder = fs::path("runs") / fmt::format("{}_{}", stem, n);
    }
    if (fs::exists(folder / "config.yaml"))
        throw UserError("{}: already holds a run. Choose another --out, or remove the folder.",
                        folder.string());
    std::error_code error;
    fs::create_directories(folder / "checkpoints", error);
    if (error)
        throw RunError("{}: the run folder cannot be created ({}). Choose another with --out.",
                       folder.string(), error.message());
    return folder;
}

nlohmann::ordered_json environment_facts(const at::Device& device, const Precision& precision)
{
    nlohmann::ordered_json facts;
    facts["format_version"] = kFormatVersion;
    facts["version"] = JETSMITH_VERSION;
    facts["git"] = JETSMITH_GIT;
    facts["started"] = utc_now("{:%Y-%m-%dT%H:%M:%SZ}");
    facts["hardware"] = {{"host", host_name()},
                         {"device", device.str()},
                         {"processor", device_description(at::Device(at::kCPU))},
                         {"threads", thread_count()},
                         {"precision", precision.reason}};
    if (device.is_cuda()) facts["hardware"]["gpu"] = device_description(device);
    facts["versions"] = {{"libtorch", TORCH_VERSION}, {"hdf5", hdf5_version()}};
    if (device.is_cuda()) facts["versions"]["cuda"] = cuda_plugin()->runtime_version();
    return facts;
}

}  // namespace jetsmith
