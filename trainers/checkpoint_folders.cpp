// SPDX-License-Identifier: Apache-2.0
#include "trainers/checkpoint_folders.h"

#include <algorithm>
#include <charconv>

#include "core/atomic_file.h"
#include "core/damaged_file.h"
#include "core/log.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

/// N of "step_<N>", or -1.
int64_t step_of(const std::string& name)
{
    const std::string prefix = CheckpointFolders::name(0).substr(0, 5);
    int64_t step = -1;
    if (!name.starts_with(prefix)) return -1;
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + prefix.size(), end, step);
    return parsed.ec == std::errc() && parsed.ptr == end ? step : -1;
}

std::string first_line(const fs::path& file)
{
    const std::string text = read_text(file);
    return text.substr(0, text.find('\n'));
}

}  // namespace

std::vector<int64_t> CheckpointFolders::steps() const
{
    std::vector<int64_t> found;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_, ignored))
        if (const int64_t step = step_of(entry.path().filename().string());
            step >= 0 && entry.is_directory())
            found.push_back(step);
    std::sort(found.begin(), found.end(), std::greater<>());
    return found;
}

void CheckpointFolders::point(const char* pointer, const std::string& name) const
{
    write_atomically(folder_ / pointer, name + "\n");
}

std::string CheckpointFolders::pointed(const std::string& pointer) const
{
    const fs::path file = folder_ / pointer;
    if (!fs::is_regular_file(file)) return "";
    const std::string name = first_line(file);
    return step_of(name) >= 0 && fs::is_directory(path(name)) ? name : "";
}

void CheckpointFolders::remove_all_but(int64_t step, int64_t keep, const std::string& best) const
{
    int64_t kept = 0;
    for (const int64_t other : steps()) {
        if (other <= step && kept < keep) {
            ++kept;
        } else if (name(other) != best) {
            remove_folder(path(name(other)));
        }
    }
}

fs::path checkpoint_folder(const fs::path& run, const std::string& pointer)
{
    const CheckpointFolders folders(run / "checkpoints");
    const fs::path file = folders.path(pointer);
    if (!fs::exists(file))
        throw UserError("{}: is no trained run (there is no {}; a folder with checkpoints is "
                        "wanted). Name a folder that jetsmith train wrote.",
                        run.string(), file.string());
    const std::string name = folders.pointed(pointer);
    if (name.empty())
        throw UserError("{}: points to '{}', which is no checkpoint (the name of a folder beside it "
                        "is wanted). Write the name of one that is there into it.",
                        file.string(), first_line(file));
    return folders.path(name);
}

std::optional<Checkpoint> newest_checkpoint(const fs::path& run)
{
    const CheckpointFolders folders(run / "checkpoints");
    std::vector<std::string> names;
    if (const std::string last = folders.pointed(kLast); !last.empty()) names.push_back(last);
    for (const int64_t step : folders.steps())
        if (const std::string name = CheckpointFolders::name(step);
            names.empty() || name != names.front())
            names.push_back(name);
    std::string damage;
    for (const auto& name : names) {
        try {
            return read_checkpoint(folders.path(name));
        } catch (const DamagedFile& error) {
            damage = error.what();
            log::warning("{} Trying the one before it.", damage);
        }
    }
    if (names.empty()) return std::nullopt;
    throw UserError("{}: none of its {} checkpoints is whole (the last one tried: {}). Start a new "
                    "run.",
                    run.string(), names.size(), damage);
}

}  // namespace jetsmith
