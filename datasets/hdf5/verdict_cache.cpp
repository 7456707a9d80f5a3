// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/verdict_cache.h"

#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "core/atomic_file.h"
#include "core/sha256.h"

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;

constexpr int kFormatVersion = 1;
constexpr int64_t kSecond = 1'000'000'000;
constexpr std::chrono::hours kBetweenSweeps{24};

int64_t nanoseconds(const timespec& time) { return time.tv_sec * kSecond + time.tv_nsec; }

int64_t now_ns()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

nlohmann::json key_of(const FileState& file, const std::string& by)
{
    return {{"format_version", kFormatVersion},
            {"by", by},
            {"path", file.path},
            {"bytes", file.bytes},
            {"modified_ns", file.modified_ns}};
}

/// True for a verdict about a file that is no longer there, and for one that cannot be read. A file
/// that may not be looked for counts as there.
bool is_of_no_file(const fs::path& entry)
{
    const auto content = nlohmann::json::parse(read_text(entry), nullptr, /*exceptions=*/false);
    if (!content.is_object() || !content.contains("path") || !content["path"].is_string())
        return true;
    std::error_code unknown;
    return !fs::exists(content["path"].get<std::string>(), unknown) && !unknown;
}

}  // namespace

std::optional<FileState> state_of(const fs::path& file)
{
    struct stat found = {};
    std::error_code error;
    const fs::path path = fs::canonical(file, error);
    if (error || ::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return {};
    return FileState{path.string(), found.st_size, nanoseconds(found.st_mtim),
                     nanoseconds(found.st_ctim), found.st_ino};
}

VerdictCache::VerdictCache(fs::path folder, std::string by)
    : folder_(std::move(folder)), by_(std::move(by))
{
}

std::optional<Problem> VerdictCache::find(const FileState& file) const
{
    if (folder_.empty()) return {};
    try {
        auto found = nlohmann::json::parse(read_text(entry(file)));
        const auto problem = found.at("problem").get<std::string>();
        found.erase("problem");
        if (found == key_of(file, by_)) return problem;
    } catch (const std::exception&) {
        // absent, unreadable or damaged: no verdict
    }
    return {};
}

void VerdictCache::store(const FileState& file, const Problem& problem) const
{
    const int64_t age = now_ns() - file.modified_ns;
    if (folder_.empty() || (age >= 0 && age < 2 * kSecond)) return;
    try {
        auto content = key_of(file, by_);
        content["problem"] = problem;
        fs::create_directories(folder_);
        write_atomically(entry(file), content.dump(2) + "\n");
        forget_vanished_files();
    } catch (const std::exception&) {
        // read-only, full or no folder, or a path that is no UTF-8: the next run looks again
    }
}

void VerdictCache::forget_vanished_files() const
{
    const fs::path stamp = folder_ / "swept";
    std::error_code never;
    const auto swept = fs::last_write_time(stamp, never);
    if (!never && fs::file_time_type::clock::now() - swept < kBetweenSweeps) return;
    write_atomically(stamp, "");
    for (const auto& entry : fs::directory_iterator(folder_))
        if (entry.path().extension() == ".json" && is_of_no_file(entry.path()))
            fs::remove(entry.path());
}

fs::path VerdictCache::default_folder()
{
    const auto variable = [](const char* name) -> fs::path {
        const char* value = std::getenv(name);
        return value ? value : "";
    };
    fs::path folder = variable("JETSMITH_CACHE_DIR");
    if (folder.empty() && !variable("XDG_CACHE_HOME").empty())
        folder = variable("XDG_CACHE_HOME") / "jetsmith";
    if (folder.empty() && !variable("HOME").empty()) folder = variable("HOME") / ".cache/jetsmith";
    return folder.is_absolute() ? folder / "hdf5" : fs::path();
}

fs::path VerdictCache::entry(const FileState& file) const
{
    return folder_ / (sha256_of(file.path) + ".json");
}

}  // namespace jetsmith::hdf5
