// SPDX-License-Identifier: Apache-2.0
#include "core/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "core/errors.h"
#include "core/nearest_file.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTemporary = ".part";

/// What is free where the path lies, in words; empty when nobody knows.
std::string free_text(const fs::path& path)
{
    struct statvfs space = {};
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (::statvfs(folder.c_str(), &space) != 0) return "";
    return fmt::format(", {} free", uint64_t{space.f_bavail} * space.f_frsize);
}

[[noreturn]] void fail(const fs::path& path, const char* what, size_t bytes = 0)
{
    const std::string reason = std::strerror(errno);
    const std::string need =
        bytes ? fmt::format("; {} bytes needed{}", bytes, free_text(path)) : "";
    throw RunError(
        "{}: cannot {} ({}{}). Free space or choose another folder; what was there before is "
        "untouched.",
        path.string(), what, reason, need);
}

/// The system call again while signals interrupt it.
template <typename Call>
auto uninterrupted(const Call& call)
{
    auto result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
}

/// A file descriptor that closes itself.
struct Descriptor {
    int value;
    ~Descriptor()
    {
        if (value >= 0) ::close(value);
    }
};

int open_file(const fs::path& path, int flags)
{
    return uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
}

bool synced(const fs::path& path, int flags)
{
    const Descriptor file{open_file(path, flags)};
    return file.value >= 0 && uninterrupted([&] { return ::fsync(file.value); }) == 0;
}

void sync(const fs::path& path, int flags)
{
    if (!synced(path, flags)) fail(path, "sync");
}

void sync_parent(const fs::path& path)
{
    if (!sync_folder(path.parent_path()))
        fail(path.has_parent_path() ? path.parent_path() : fs::path("."), "sync");
}

void rename_over(const fs::path& from, const fs::path& to)
{
    if (uninterrupted([&] { return ::rename(from.c_str(), to.c_str()); }) != 0)
        fail(to, "rename into place");
}

void write_all(int file, std::string_view content, const fs::path& path)
{
    const size_t bytes = content.size();
    while (!content.empty()) {
        const ssize_t written =
            uninterrupted([&] { return ::write(file, content.data(), content.size()); });
        if (written < 0) fail(path, "write", bytes);
        content.remove_prefix(static_cast<size_t>(written));
    }
}

/// A name beside `path` that no other process uses; the dot hides it from globs. Processes of
/// different machines and containers that share a disk can have the same number.
fs::path beside(const fs::path& path, const char* what = "")
{
    static const auto draw = std::random_device()();
    return path.parent_path() / fmt::format(".{}.{}-{:08x}{}{}", path.filename().string(),
                                            ::getpid(), draw, what, kTemporary);
}

/// Where content of that name goes: behind a link, what it links to.
fs::path place_of(const fs::path& path)
{
    std::error_code error;
    const fs::path place = fs::canonical(path, error);
    if (error) return path;
    if (fs::is_directory(place))
        throw UserError(
            "{}: cannot be written (it is a folder; a file is wanted). Name a file in it.",
            path.string());
    if (!fs::is_regular_file(place))
        throw UserError(
            "{}: cannot be written (it is a device or a pipe; a file is wanted). Name a file.",
            path.string());
    return fs::is_symlink(path) ? place : path;
}

/// Puts a complete folder in the place of another, which lies under the returned name afterwards:
/// exchanged in one step where the file system can, else one after the other.
fs::path replace_folder(const fs::path& temporary, const fs::path& path)
{
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_EXCHANGE) == 0)
        return temporary;
    const fs::path old = beside(path, ".old");
    rename_over(path, old);
    rename_over(temporary, path);
    return old;
}

}  // namespace

bool sync_folder(const fs::path& folder)
{
    return synced(folder.empty() ? fs::path(".") : folder, O_RDONLY | O_DIRECTORY);
}

bool move_to_new(const fs::path& from, const fs::path& to)
{
    const auto named = [](int result) { return result == 0; };
    if (named(uninterrupted([&] {
            return ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
        })))
        return true;
    if (errno != EINVAL && errno != ENOSYS) return false;
    // Network disks know no such renaming, but do not link onto a file either.
    return named(uninterrupted([&] { return ::link(from.c_str(), to.c_str()); })) &&
           named(uninterrupted([&] { return ::unlink(from.c_str()); }));
}

void write_atomically(const fs::path& path, const std::function<void(const fs::path&)>& write)
{
    const fs::path place = place_of(path), temporary = beside(place);
    try {
        write(temporary);
        sync(temporary, O_RDONLY);
        rename_over(temporary, place);
    } catch (...) {
        std::error_code ignored;
        fs::remove(temporary, ignored);
        throw;
    }
    sync_parent(place);
}

void write_atomically(const fs::path& path, std::string_view content)
{
    write_atomically(path, [&](const fs::path& temporary) {
        const Descriptor file{open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC)};
        if (file.value < 0) fail(path, "create", content.size());
        write_all(file.value, content, path);
    });
}

void write_folder_atomically(const fs::path& path,
                             const std::function<void(const fs::path&)>& write)
{
    const fs::path temporary = beside(path);
    std::error_code ignored;
    fs::path old;
    try {
        fs::remove_all(temporary, ignored);
        if (uninterrupted([&] { return ::mkdir(temporary.c_str(), 0777); }) != 0)
            fail(path, "create");
        write(temporary);
        sync(temporary, O_RDONLY | O_DIRECTORY);
        if (fs::exists(path)) {
            old = replace_folder(temporary, path);
        } else {
            rename_over(temporary, path);
        }
    } catch (...) {
        fs::remove_all(temporary, ignored);
        throw;
    }
    sync_parent(path);
    if (!old.empty()) fs::remove_all(old, ignored);
}

void remove_folder(const fs::path& path)
{
    std::error_code ignored;
    const fs::path hidden = beside(path, ".old");
    fs::rename(path, hidden, ignored);
    fs::remove_all(hidden, ignored);
}

void remove_leftovers(const fs::path& folder, const std::string& spared)
{
    std::vector<fs::path> found;
    std::error_code ignored;
    for (fs::recursive_directory_iterator place(folder, ignored), end; place != end;
         place.increment(ignored)) {
        const std::string name = place->path().filename().string();
        const bool left = name.starts_with(".") && name.ends_with(kTemporary);
        if (left) found.push_back(place->path());
        if (left || name == spared) place.disable_recursion_pending();
    }
    for (const auto& path : found) fs::remove_all(path, ignored);
}

std::string read_text(const fs::path& path)
{
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    const int reason = errno;
    std::error_code ignored;
    if (fs::is_directory(path, ignored))
        throw UserError("{}: cannot be read (it is a folder; a file is wanted). Name a file in it.",
                        path.string());
    if (!file)
        throw UserError(
            "{}: cannot be read ({}; a file is wanted).{}", path.string(), std::strerror(reason),
            reason == ENOENT ? nearest_file(path, " Check the path.") : " Check who may read it.");
    std::ostringstream text;
    text << file.rdbuf();
    return std::move(text).str();
}

}  // namespace jetsmith
