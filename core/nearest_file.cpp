// SPDX-License-Identifier: Apache-2.0
#include "core/nearest_file.h"

#include <fmt/format.h>

#include <vector>

#include "core/config.h"

namespace jetsmith {
namespace {

constexpr size_t kMostNeighbours = 10'000;

}  // namespace

std::string nearest_file(const std::filesystem::path& path, const std::string& otherwise)
{
    namespace fs = std::filesystem;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    std::error_code error;
    if (!fs::is_directory(folder, error))
        return fmt::format(" There is no folder '{}' either.", folder.string());
    std::vector<std::string> names;
    for (fs::directory_iterator entry(folder, error), end;
         !error && entry != end && names.size() < kMostNeighbours; entry.increment(error))
        names.push_back(entry->path().filename().string());
    const std::string nearest = nearest_name(path.filename().string(), names);
    if (nearest.empty() || nearest == path.filename()) return otherwise;
    return fmt::format(" Did you mean '{}'?", (path.parent_path() / nearest).string());
}

}  // namespace jetsmith
