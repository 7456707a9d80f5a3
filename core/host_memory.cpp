// SPDX-License-Identifier: Apache-2.0
#include "core/host_memory.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <string>

#ifdef __GLIBC__  // defined by the header before
#include <malloc.h>
#endif

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

/// The files of a memory controller.
struct Controller {
    const char *limit, *used, *statistics;
};
constexpr Controller kVersion1{"memory.limit_in_bytes", "memory.usage_in_bytes",
                               "total_inactive_file"};
constexpr Controller kVersion2{"memory.max", "memory.current", "inactive_file"};

/// The number in a file; `otherwise` where there is none, as in "max".
int64_t number_in(const fs::path& path, int64_t otherwise)
{
    int64_t number = 0;
    return std::ifstream(path) >> number ? number : otherwise;
}

/// The number behind `wanted` in a file of lines "key number ...".
int64_t value_of(const fs::path& path, const std::string& wanted, int64_t otherwise)
{
    std::ifstream file(path);
    std::string key, rest;
    for (int64_t number = 0; file >> key >> number; std::getline(file, rest))
        if (key == wanted) return number;
    return otherwise;
}

int64_t left_in_group(const fs::path& group, const Controller& controller)
{
    const int64_t limit = number_in(group / controller.limit, kUnlimited);
    const int64_t used = number_in(group / controller.used, 0);
    const int64_t cache = value_of(group / "memory.stat", controller.statistics, 0);
    return limit == kUnlimited ? limit
                               : std::max<int64_t>(0, limit - std::max<int64_t>(0, used - cache));
}

/// The least that the group `path` of a hierarchy and those above it leave. A container may see
/// its group as the root, under a path that names it from outside: what is not there limits
/// nothing.
int64_t left_in_groups(const fs::path& root, fs::path path, const Controller& controller)
{
    int64_t left = left_in_group(root, controller);
    for (path = path.relative_path(); !path.empty(); path = path.parent_path())
        left = std::min(left, left_in_group(root / path, controller));
    return left;
}

}  // namespace

int64_t available_memory(const MemoryFiles& files)
{
    const int64_t kilobytes = value_of(files.proc / "meminfo", "MemAvailable:", kUnlimited / 1024);
    int64_t left = kilobytes * 1024;
    std::ifstream groups(files.proc / "self" / "cgroup");
    std::string id, controllers, path;  // 4:memory:/slurm/job_7 or, in version 2, 0::/slurm/job_7
    while (std::getline(groups, id, ':') && std::getline(groups, controllers, ':') &&
           std::getline(groups, path))
        if (controllers.empty())
            left = std::min(left, left_in_groups(files.groups, path, kVersion2));
        else if (("," + controllers + ",").find(",memory,") != std::string::npos)
            left = std::min(left, left_in_groups(files.groups / "memory", path, kVersion1));
    return left;
}

void keep_freed_memory()
{
#ifdef M_MMAP_THRESHOLD
    mallopt(M_MMAP_THRESHOLD, std::numeric_limits<int>::max());
    mallopt(M_TRIM_THRESHOLD, -1);  // taken as unsigned: never
#endif
}

void keep_few_primitives()
{
    constexpr const char* kAllShapesOfANetwork = "256";
    setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", kAllShapesOfANetwork, /*overwrite=*/0);
}

}  // namespace jetsmith
