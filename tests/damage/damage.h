// SPDX-License-Identifier: Apache-2.0
// Damaged copies of an HDF5 file: at random, and where the format keeps its addresses, sizes,
// counts and types.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jetsmith::damage {

/// A run of bytes.
struct Region {
    size_t begin = 0, bytes = 0;
};

/// Where the parts of a whole file lie.
struct Anatomy {
    std::vector<Region> structure;  ///< superblock, object headers, indexes, heaps
    std::vector<Region> values;     ///< stored chunks
};

/// Asks the HDF5 library, and looks for the signatures of the format.
Anatomy anatomy_of(const std::filesystem::path& path);

/// The bytes with one to four changes, the same for the same seed.
std::string damaged(const std::string& bytes, const Anatomy& anatomy, uint64_t seed);

/// True when `copy` differs from `whole` in bytes of the values alone.
bool only_values_differ(const std::string& whole, const std::string& copy, const Anatomy& anatomy);

}  // namespace jetsmith::damage
