// SPDX-License-Identifier: Apache-2.0
// Decoding of blosc chunks (HDF5 filter 32001) inside the program, so that no filter plug-in has to
// be found and no code is loaded from a path.
#pragma once

#include <cstddef>
#include <span>

namespace jetsmith::hdf5 {

inline constexpr int kBlosc = 32001;

/// Decompresses one chunk. False when the header disagrees with the sizes at hand or the data are
/// damaged; writes never go beyond `out`, which the chunk must fill exactly.
bool decode_blosc(std::span<const std::byte> in, std::span<std::byte> out);

/// Lets the library itself decode blosc (for small reads through H5Dread). May be repeated.
void register_blosc();

}  // namespace jetsmith::hdf5
