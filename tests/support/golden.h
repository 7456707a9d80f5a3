// SPDX-License-Identifier: Apache-2.0
// Files under tests/golden, each written by a script beside it with another library.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace jetsmith::test {

inline nlohmann::json golden(const std::string& name)
{
    std::ifstream file(std::string(JETSMITH_SOURCE_DIR) + "/tests/golden/" + name);
    return nlohmann::json::parse(file);
}

}  // namespace jetsmith::test
