// SPDX-License-Identifier: Apache-2.0
// Files under tests/golden, each written by a script beside it with another library.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/paths.h"

namespace jetsmith::test {

inline nlohmann::json golden(const std::string& name)
{
    std::ifstream file(test::source_folder().string() + "/tests/golden/" + name);
    return nlohmann::json::parse(file);
}

}  // namespace jetsmith::test
