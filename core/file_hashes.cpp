// SPDX-License-Identifier: Apache-2.0
#include "core/file_hashes.h"

#include "core/sha256.h"

namespace jetsmith {
namespace {

std::string key_of(const std::filesystem::path& file)
{
    return std::filesystem::absolute(file).lexically_normal().string();
}

}  // namespace

void FileHashes::start(const std::vector<std::filesystem::path>& files)
{
    std::vector<std::packaged_task<std::string(const std::stop_token&)>> tasks;
    for (const auto& file : files) {
        const std::string key = key_of(file);
        if (hashes_.count(key)) continue;
        tasks.emplace_back(
            [key](const std::stop_token& stop) { return sha256_of_file(key, stop); });
        hashes_.emplace(key, tasks.back().get_future().share());
    }
    if (tasks.empty()) return;
    workers_.emplace_back([work = std::move(tasks)](const std::stop_token& stop) mutable {
        for (auto& task : work) task(stop);
    });
}

std::string FileHashes::of(const std::filesystem::path& file)
{
    start({file});
    return hashes_.at(key_of(file)).get();
}

}  // namespace jetsmith
