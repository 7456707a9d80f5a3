// SPDX-License-Identifier: Apache-2.0
// The hash of a file by the program of coreutils.
#pragma once

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

namespace jetsmith::test {

inline std::string sha256sum(const std::filesystem::path& file)
{
    std::array<char, 64> text{};
    FILE* pipe = ::popen(("sha256sum '" + file.string() + "'").c_str(), "r");
    const size_t got = pipe ? std::fread(text.data(), 1, text.size(), pipe) : 0;
    if (pipe) ::pclose(pipe);
    return {text.data(), got};
}

}  // namespace jetsmith::test
