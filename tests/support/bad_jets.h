// SPDX-License-Identifier: Apache-2.0
// Jets in the top-tagging layout, and the ways in which a file of them goes bad.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "tests/support/file_faults.h"
#include "tests/support/toy_files.h"

namespace jetsmith::test {

constexpr size_t kJetSlots = 12;  ///< for constituents

std::vector<ToyJet> good_jets(size_t count, uint32_t seed);

/// Compressed with blosc, in chunks of 16 rows.
void write_packed_jets(const std::filesystem::path& path, const std::vector<ToyJet>& jets);

const Faults& jet_faults();

}  // namespace jetsmith::test
