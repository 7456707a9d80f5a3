// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/errors.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const char* what, size_t bytes = 0)
{
    const std::string reason = std::strerror(errno);
    const std::string need = bytes ? fmt::format("; {} bytes needed", bytes) : "";
    throw RunError(
        "{}: cannot {} ({}{}). Free space or choose another folder; what was there before is "
        "untouched.",
        path.string(), what, reason, need);
}

/// A file descriptor that closes itself.
struct Descriptor {
    int value;
    ~Descriptor()
    {
        if (value >= 0) ::close(value);
    }
};

void sync(const fs::path& path, int flags)
{
    const Descriptor file{::open(path.c_str(), flags | O_CLOEXEC)};
    if (file.value < 0 || ::fsync(file.value) != 0) fail(path, "sync");
}

void write_all(int file, std::string_view content, const fs::path& path)
{
    const size_t bytes = content.size();
    while (!content.empty()) {
        const ssize_t written = ::write(file, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail(path, "write", bytes);
        content.remove_prefix(static_cast<size_t>(written));
    }
}

/// A name beside `path` that no other process uses; the dot hides it from globs.
fs::path beside(const fs::path& path)
{
    return path.parent_path() /
           fmt::format(".{}.{}.part", path.filename().string(), ::getpid());
}

}  // namespace

void publish(const fs::path& temporary, const fs::path& path)
{
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail(path, "rename into place");
    const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
    sync(parent, O_RDONLY | O_DIRECTORY);
}

void write_atomically(const fs::path& path, const std::function<void(const fs::path&)>& write)
{
    const fs::path temporary = beside(path);
    try {
        write(temporary);
        sync(temporary, O_RDONLY);
        publish(temporary, path);
    } catch (...) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw;
    }
}

void write_atomically(const fs::path& path, std::string_view content)
{
    write_atomically(path, [&](const fs::path& temporary) {
        const Descriptor file{
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)};
        if (file.value < 0) fail(path, "create", content.size());
        write_all(file.value, content, path);
    });
}

std::string read_text(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file || fs::is_directory(path))
        throw UserError("{}: cannot be read ({}). Check the path.", path.string(),
                        fs::is_directory(path) ? "it is a folder" : std::strerror(errno));
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}  // namespace jetsmith
