// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_tiles.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <set>
#include <utility>
#include <vector>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "core/sha256.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr auto kSettings = "settings.json", kValues = "values.bin", kJournal = "journal.txt",
               kWhole = "distances.h5";

std::string_view bytes_of(std::span<const double> values)
{
    return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::string line_of(const DistanceSummary& s, std::span<const double> tile)
{
    const Json record{{"done", s.done},     {"max_gap", s.max_gap},
                      {"failed", s.failed}, {"first_failed", s.first_failed},
                      {"status", s.status}, {"values", sha256_of(bytes_of(tile))}};
    const std::string text = record.dump();
    return text + "\t" + sha256_of(text) + "\n";
}

/// The record of a line without its end; null when it is not what was written.
Json record_of(std::string_view line)
{
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || sha256_of(line.substr(0, tab)) != line.substr(tab + 1))
        return nullptr;
    return Json::parse(line.substr(0, tab));
}

DistanceSummary summary_of(const Json& record)
{
    return {record["done"], record["max_gap"], record["failed"], record["first_failed"],
            record["status"]};
}

/// Writes all bytes; false, with errno, when that cannot be done.
bool write_at(int file, std::string_view bytes, off_t place)
{
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file, bytes.data(), bytes.size(), place);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return false;
        bytes.remove_prefix(static_cast<size_t>(written));
        place += written;
    }
    return true;
}

/// Reads all values; false when there are fewer.
bool read_at(int file, std::span<double> values, int64_t first)
{
    auto* to = reinterpret_cast<char*>(values.data());
    size_t left = values.size_bytes();
    auto place = static_cast<off_t>(first * static_cast<int64_t>(sizeof(double)));
    while (left > 0) {
        const ssize_t got = ::pread(file, to, left, place);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        to += got, place += got, left -= static_cast<size_t>(got);
    }
    return true;
}

/// Whether the open file is still the one of that name.
bool is_at(int file, const fs::path& path)
{
    struct stat open = {}, named = {};
    return ::fstat(file, &open) == 0 && ::stat(path.c_str(), &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

bool is_file_name(const std::string& key)
{
    return key.starts_with("/files/") && key.ends_with("/name");
}

}  // namespace

std::string settings_difference(const Json& there, const Json& here)
{
    if (!there.is_object() || there.empty()) return "none that can be read there";
    const Json a = there.flatten(), b = here.flatten();
    std::set<std::string> keys;
    for (const auto* side : {&a, &b})
        for (const auto& [key, value] : side->items()) keys.insert(key);
    const auto shown = [](const Json& side, const std::string& key) {
        return side.contains(key) ? side[key].dump() : "nothing";
    };
    for (const auto& key : keys)
        if (!is_file_name(key) && shown(a, key) != shown(b, key))
            return fmt::format("{}: {} there, {} here", key.substr(1), shown(a, key),
                               shown(b, key));
    return "";
}

DistanceTiles::DistanceTiles(fs::path folder, const Json& settings) : folder_(std::move(folder))
{
    std::error_code error;
    fs::create_directory(folder_, error);
    if (error) {
        errno = error.value();
        failed("created");
    }
    check_settings(settings);
    try {
        open_files();
        remove_leftovers(folder_);
        if (settings_.is_null()) {
            settings_ = settings;
            write_atomically(folder_ / kSettings, settings.dump(2) + "\n");
        }
        replay();
    } catch (...) {
        close_files();
        throw;
    }
}

DistanceTiles::~DistanceTiles() { close_files(); }

void DistanceTiles::close_files()
{
    for (int* file : {&values_, &journal_})
        if (*file >= 0) ::close(std::exchange(*file, -1));
}

void DistanceTiles::open_files()
{
    journal_ = ::open((folder_ / kJournal).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (journal_ < 0) failed("written");
    const bool locked = ::flock(journal_, LOCK_EX | LOCK_NB) == 0;
    if (!locked && errno != EWOULDBLOCK) failed("locked");
    if (!locked || !is_at(journal_, folder_ / kJournal))
        throw UserError(
            "{}: is being written by another jetsmith (a folder that nobody uses is "
            "wanted). Wait for it, or choose another --out.",
            folder_.string());
    values_ = ::open((folder_ / kValues).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (values_ < 0) failed("written");
}

void DistanceTiles::check_settings(const Json& settings)
{
    const fs::path file = folder_ / kSettings;
    if (!fs::exists(file)) return;
    settings_ = Json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
    const std::string difference = settings_difference(settings_, settings);
    if (!difference.empty())
        throw UserError(
            "{}: was begun with other settings ({}; the same wanted). Repeat the command "
            "as it was, choose another --out, or remove the folder to begin anew.",
            folder_.string(), difference);
}

void DistanceTiles::replay()
{
    const std::string journal = read_text(folder_ / kJournal);
    std::vector<double> tile;
    size_t good = 0;
    for (size_t end; (end = journal.find('\n', good)) != std::string::npos; good = end + 1) {
        const Json record = record_of(std::string_view(journal).substr(good, end - good));
        if (record.is_null()) break;
        const DistanceSummary after = summary_of(record);
        if (after.done <= summary_.done) break;
        tile.resize(static_cast<size_t>(after.done - summary_.done));
        if (!read_at(values_, tile, summary_.done)) break;
        if (sha256_of(bytes_of(tile)) != record["values"].get<std::string>()) break;
        summary_ = after;
    }
    const auto bytes = summary_.done * static_cast<int64_t>(sizeof(double));
    if (::ftruncate(journal_, static_cast<off_t>(good)) != 0 || ::ftruncate(values_, bytes) != 0)
        failed("written");
}

void DistanceTiles::append(std::span<const double> values, const DistanceSummary& after)
{
    ensure(after.done == summary_.done + std::ssize(values), "a tile of another length");
    const auto bytes = static_cast<off_t>(summary_.done * static_cast<int64_t>(sizeof(double)));
    if (!write_at(values_, bytes_of(values), bytes) || ::fdatasync(values_) != 0) failed("written");
    const off_t end = ::lseek(journal_, 0, SEEK_END);
    if (end < 0 || !write_at(journal_, line_of(after, values), end) || ::fdatasync(journal_) != 0)
        failed("written");
    summary_ = after;
}

void DistanceTiles::read(int64_t first, std::span<double> values) const
{
    ensure(first + std::ssize(values) <= summary_.done, "distances that are not done");
    if (!read_at(values_, values, first)) failed("read");
}

void DistanceTiles::finish(const fs::path& out, const std::function<void(const fs::path&)>& write)
{
    // Written in the folder and moved in one step, so that a kill leaves nothing beside it.
    const fs::path whole = folder_ / kWhole;
    write_atomically(whole, write);
    if (!move_to_new(whole, out)) {
        if (errno != EEXIST) failed("moved into its place");
        throw UserError(
            "{}: has appeared while the distances were computed (no such file is wanted; it was "
            "left alone). Move it away and repeat the command, which takes them from {}.",
            out.string(), folder_.string());
    }
    if (!sync_folder(out.parent_path())) failed("moved into its place");
    std::error_code ignored;
    fs::remove_all(folder_, ignored);  // before anybody else can lock it
    close_files();
}

void DistanceTiles::remove(const fs::path& folder)
{
    const int journal = ::open((folder / kJournal).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (journal < 0) return;
    std::error_code ignored;
    if (::flock(journal, LOCK_EX | LOCK_NB) == 0) fs::remove_all(folder, ignored);
    ::close(journal);
}

void DistanceTiles::failed(const char* what) const
{
    throw RunError(
        "{}: cannot be {} ({}; a folder with free space that can be written is wanted). "
        "Once it can, the same command goes on from pair {}.",
        folder_.string(), what, std::strerror(errno), summary_.done);
}

}  // namespace jetsmith::analysis
