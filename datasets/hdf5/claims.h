// SPDX-License-Identifier: Apache-2.0
// What the header of a dataset claims about its size, checked before anything is allocated for it:
// in a damaged file it may be anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/hdf5/hdf5_type.h"

namespace jetsmith::hdf5 {

struct Claims {
    std::vector<int64_t> shape;  ///< of the dataset; not empty
    std::vector<int64_t> chunk;  ///< empty: not chunked
    size_t element_bytes = 0;    ///< of one value or record, in memory
    std::vector<Field> fields;   ///< within an element
};

/// Why the claims of a dataset cannot be true; empty when they can. Afterwards all of these fit
/// into an int64_t: bytes of the dataset, of a row, of a chunk; no extent is negative, no chunk
/// empty, every field lies within its element, and the values that the file does not hold (they
/// read as zeros, or as the fill value) have at most 64 MiB and eight times the size of what it
/// does hold.
std::string impossible(hid_t dataset, const Claims& claims);

}  // namespace jetsmith::hdf5
