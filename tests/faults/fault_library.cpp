// SPDX-License-Identifier: Apache-2.0
// The system calls of writers, one of which can be made to fail: linked into a test, or preloaded
// into the whole program (LD_PRELOAD), where the environment says which.
//   JETSMITH_FAULT=<call>:<k>:<error>:<folder>[:<report>]
// <call> is write, fsync, rename, open or mkdir; its k-th use below <folder>, from 1, fails with
// <error>, a number of errno.h, or writes half of its bytes (0). <report>: a file outside the
// folder that gets the line "hit <path>" when it happens.
#include "tests/faults/fault_library.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

struct Fault {
    std::string call, folder, report;
    long at = 0;
    int error = 0;
};

/// Made at the first use: other libraries open files before ours is initialised.
Fault& fault()
{
    static Fault one;
    return one;
}

std::atomic<long> calls{0};
std::atomic<bool> armed{false}, happened{false};

template <typename Function>
Function* real(const char* name)
{
    return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

std::string path_of(int file)
{
    char link[64], path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = ::readlink(link, path, sizeof path);
    return length > 0 ? std::string(path, static_cast<size_t>(length)) : "";
}

/// True when this is the call that fails; errno is then set.
bool fails(const char* call, const std::string& path)
{
    if (!armed || fault().call != call || path.compare(0, fault().folder.size(), fault().folder) != 0)
        return false;
    if (++calls != fault().at) return false;
    happened = true;
    if (!fault().report.empty()) {
        static const auto open_file = real<int(const char*, int, ...)>("open");
        static const auto write_file = real<ssize_t(int, const void*, size_t)>("write");
        const int report = open_file(fault().report.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        const std::string line = "hit " + path + "\n";
        if (report >= 0) {
            [[maybe_unused]] const auto written = write_file(report, line.data(), line.size());
            ::close(report);
        }
    }
    errno = fault().error;
    return true;
}

__attribute__((constructor)) void arm_from_environment()
{
    const char* text = std::getenv("JETSMITH_FAULT");
    if (text == nullptr) return;
    char call[16] = {}, folder[4096] = {}, report[4096] = {};
    long at = 0;
    int error = 0;
    if (std::sscanf(text, "%15[^:]:%ld:%d:%4095[^:]:%4095s", call, &at, &error, folder, report) < 4)
        return;
    jetsmith_arm_fault(call, at, error, folder);
    fault().report = report;
}

}  // namespace

extern "C" {

void jetsmith_arm_fault(const char* call, long at, int error, const char* folder)
{
    fault() = {call, folder, "", at, error};
    calls = 0;
    happened = false;
    armed = true;
}

void jetsmith_disarm_fault() { armed = false; }
bool jetsmith_fault_happened() { return happened; }

int open(const char* path, int flags, ...)
{
    static const auto call = real<int(const char*, int, ...)>("open");
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return fails("open", path) ? -1 : call(path, flags, mode);
}

int open64(const char* path, int flags, ...)
{
    static const auto call = real<int(const char*, int, ...)>("open64");
    va_list more;
    va_start(more, flags);
    const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return fails("open", path) ? -1 : call(path, flags, mode);
}

ssize_t write(int file, const void* data, size_t bytes)
{
    static const auto call = real<ssize_t(int, const void*, size_t)>("write");
    if (!armed || !fails("write", path_of(file))) return call(file, data, bytes);
    return fault().error == 0 ? call(file, data, (bytes + 1) / 2) : -1;
}

ssize_t pwrite64(int file, const void* data, size_t bytes, off64_t offset)
{
    static const auto call = real<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
    if (!armed || !fails("write", path_of(file))) return call(file, data, bytes, offset);
    return fault().error == 0 ? call(file, data, (bytes + 1) / 2, offset) : -1;
}

ssize_t pwrite(int file, const void* data, size_t bytes, off_t offset)
{
    return pwrite64(file, data, bytes, offset);
}

int fsync(int file)
{
    static const auto call = real<int(int)>("fsync");
    return armed && fails("fsync", path_of(file)) ? -1 : call(file);
}

int rename(const char* from, const char* to) noexcept
{
    static const auto call = real<int(const char*, const char*)>("rename");
    return fails("rename", to) ? -1 : call(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned int flags) noexcept
{
    static const auto call = real<int(int, const char*, int, const char*, unsigned int)>("renameat2");
    return fails("rename", to) ? -1 : call(from_folder, from, to_folder, to, flags);
}

int mkdir(const char* path, mode_t mode) noexcept
{
    static const auto call = real<int(const char*, mode_t)>("mkdir");
    return fails("mkdir", path) ? -1 : call(path, mode);
}

}  // extern "C"
