// SPDX-License-Identifier: Apache-2.0
// Checksums of HDF5's newest format, computed again after a change, as somebody would who means
// harm: otherwise the library stops at the checksum and its parsers are never tried.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jetsmith::damage {

/// Bob Jenkins' lookup3, hashlittle with initial value 0, which HDF5 uses for its metadata.
uint32_t lookup3(std::string_view bytes);

/// Makes the checksums of superblock, object headers and headers of chunk indexes fit their bytes.
void reseal(std::string& bytes);

}  // namespace jetsmith::damage
