// SPDX-License-Identifier: Apache-2.0
// The ways in which a file of distances goes bad.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace jetsmith::test {

/// 40 rows of the toy kind, from source row 100 on, all distances 1 and more.
void write_good_distances(const std::filesystem::path& path);

/// By name, as spoil() takes it.
const std::map<std::string, std::function<void(const std::filesystem::path&)>>& distance_faults();

}  // namespace jetsmith::test
