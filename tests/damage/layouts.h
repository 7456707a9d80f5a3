// SPDX-License-Identifier: Apache-2.0
// Small files of every layout that jetsmith reads, to be damaged.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jetsmith::damage {

/// Which changes of a file must be noticed, because a checksum covers the bytes.
enum class Checksums { none, values, everything };

struct Layout {
    std::string name;
    void (*write)(const std::filesystem::path& path);  ///< at most 200 kB, always the same values
    Checksums checksums = Checksums::none;
    bool resealed = false;  ///< the damage is covered up: reseal.h
};

const std::vector<Layout>& layouts();

}  // namespace jetsmith::damage
