// SPDX-License-Identifier: Apache-2.0
// Ways in which any file or folder goes bad.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

namespace jetsmith::test {

/// By name, as spoil() takes it.
using Faults = std::map<std::string, std::function<void(const std::filesystem::path&)>>;

const Faults& file_faults();

}  // namespace jetsmith::test
