// SPDX-License-Identifier: Apache-2.0
#include "trainers/run_folder.h"

#include <ATen/Version.h>
#include <H5public.h>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/file.h>
#include <torch/version.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/atomic_file.h"
#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "core/version.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
constexpr int kFormatVersion = 1;
constexpr const char* kLockFile = ".lock";

/// Choose other kernels or numbers of threads, and so other last bits.
constexpr const char* kVariables[] = {
    "JETSMITH_THREADS",   "OMP_NUM_THREADS",  "MKL_NUM_THREADS",      "ATEN_CPU_CAPABILITY",
    "MKL_CBWR",           "DNNL_MAX_CPU_ISA", "ONEDNN_MAX_CPU_ISA",   "CUDA_VISIBLE_DEVICES",
    "NVIDIA_TF32_OVERRIDE", "CUBLAS_WORKSPACE_CONFIG"};

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

/// The folder itself, or the first above it that is there.
fs::path nearest_existing(const fs::path& folder)
{
    std::error_code ignored;
    fs::path above = fs::absolute(folder).lexically_normal();
    while (!fs::exists(above, ignored) && above.has_relative_path()) above = above.parent_path();
    return above;
}

std::string host_name()
{
    char name[256] = {};
    return ::gethostname(name, sizeof name - 1) == 0 ? name : "unknown";
}

RunError unusable(const fs::path& folder, const std::string& reason)
{
    return RunError("{}: the run folder cannot be written ({}; a folder that can be written is "
                    "wanted). Free space or choose another with --out.",
                    folder.string(), reason);
}

void refuse_run(const fs::path& folder)
{
    std::error_code ignored;
    if (fs::exists(folder / "config.yaml", ignored))
        throw UserError("{}: already holds a run (a new folder is wanted). Choose another --out, "
                        "remove the folder, or train it on with --resume.",
                        folder.string());
}

/// Makes the folder and those above it; false when it was there.
bool make_folder(const fs::path& folder)
{
    std::error_code error;
    if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), error);
    const bool made = !error && fs::create_directory(folder, error);
    if (error) throw unusable(folder, error.message());
    return made;
}

bool holds_the_lock_alone(const fs::path& folder)
{
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; entry != end; entry.increment(error))
        if (entry->path().filename() != kLockFile) return false;
    return !error;
}

/// A folder that was not there: two runs that start together get one each.
fs::path make_default_folder(const std::string& name)
{
    const fs::path stem =
        fs::path("runs") / fmt::format("{}_{}", name, utc_now("{:%Y%m%dT%H%M%SZ}"));
    fs::path folder = stem;
    for (int n = 2; !make_folder(folder); ++n) folder = fmt::format("{}_{}", stem.string(), n);
    return folder;
}

}  // namespace

RunFolder::RunFolder(fs::path path, bool is_new) : path_(std::move(path)), new_(is_new) {}

RunFolder::RunFolder(RunFolder&& other) noexcept
    : path_(std::move(other.path_)), new_(other.new_), lock_(std::exchange(other.lock_, -1))
{
}

RunFolder::~RunFolder()
{
    if (lock_ < 0) return;
    if (new_ && holds_the_lock_alone(path_)) {
        std::error_code ignored;
        fs::remove(path_ / kLockFile, ignored);
        fs::remove(path_, ignored);
    }
    ::close(lock_);
}

void RunFolder::lock()
{
    const fs::path file = path_ / kLockFile;
    lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock_ < 0) throw unusable(path_, std::strerror(errno));
    if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) {
        const std::string owner = fmt::format("process {} on {}", ::getpid(), host_name());
        // Who holds the lock is a help for the user and nothing more.
        [[maybe_unused]] const int cut = ::ftruncate(lock_, 0);
        [[maybe_unused]] const ssize_t written = ::write(lock_, owner.data(), owner.size());
        return;
    }
    const int reason = errno;
    ::close(std::exchange(lock_, -1));
    if (reason != EWOULDBLOCK) throw unusable(path_, std::strerror(reason));
    throw UserError("{}: is being trained already (by {}; a folder that nobody uses is wanted). Wait "
                    "for it, or choose another --out.",
                    path_.string(), read_text(file));
}

void check_can_create(const fs::path& folder)
{
    std::error_code ignored;
    const fs::path above = nearest_existing(folder);
    if (!fs::is_directory(above, ignored))
        throw UserError("{}: the folder cannot be created ('{}' is a file; a folder is wanted). "
                        "Choose another --out.",
                        folder.string(), above.string());
    if (::access(above.c_str(), W_OK | X_OK) != 0)
        throw UserError("{}: the folder cannot be created ({} in '{}'; a folder that can be "
                        "written is wanted). Choose another --out.",
                        folder.string(), std::strerror(errno), above.string());
}

void check_new_run(const fs::path& wanted)
{
    if (!wanted.empty()) refuse_run(wanted);
    check_can_create(wanted.empty() ? fs::path("runs") : wanted);
}

RunFolder RunFolder::create(const fs::path& wanted, const std::string& name)
{
    const fs::path folder = wanted.empty()          ? make_default_folder(name)
                            : wanted.has_filename() ? wanted
                                                    : wanted.parent_path();
    RunFolder run(folder, wanted.empty() || make_folder(folder));
    run.lock();
    refuse_run(folder);
    return run;
}

RunFolder RunFolder::reopen(const fs::path& folder)
{
    if (!fs::is_directory(folder))
        throw UserError("{}: there is no such run folder (one that jetsmith train made is wanted). "
                        "Check the path, or start a run with --out.",
                        folder.string());
    RunFolder run(folder, /*is_new=*/false);
    run.lock();
    // Members have locks of their own.
    remove_leftovers(folder, "members");
    return run;
}

void RunFolder::make(const char* name) const { make_folder(path_ / name); }

bool is_finished(const fs::path& run) { return fs::exists(run / "report.html"); }

nlohmann::ordered_json environment_facts(const at::Device& device, const Precision& precision)
{
    nlohmann::ordered_json facts;
    facts["format_version"] = kFormatVersion;
    facts["version"] = program_version();
    facts["git"] = program_commit();
    facts["started"] = utc_now("{:%Y-%m-%dT%H:%M:%SZ}");
    facts["hardware"] = {{"host", host_name()},
                         {"device", device.str()},
                         {"processor", device_description(at::Device(at::kCPU))},
                         {"threads", thread_count()},
                         {"precision", precision.reason}};
    facts["hardware"]["instructions"] = at::get_cpu_capability();
    if (device.is_cuda()) facts["hardware"]["gpu"] = device_description(device);
    facts["versions"] = {
        {"libtorch", TORCH_VERSION}, {"hdf5", hdf5_version()}, {"compiler", __VERSION__}};
    if (device.is_cuda()) {
        facts["versions"]["cuda"] = cuda_plugin()->runtime_version();
        facts["versions"]["cuda_driver"] = cuda_plugin()->driver_version();
        facts["versions"]["cudnn"] = cuda_plugin()->cudnn_version();
    }
    facts["environment"] = nlohmann::ordered_json::object();
    for (const char* name : kVariables)
        if (const char* value = std::getenv(name)) facts["environment"][name] = value;
    return facts;
}

}  // namespace jetsmith
