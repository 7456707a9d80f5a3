// SPDX-License-Identifier: Apache-2.0
// The filters between a dataset's values and its bytes on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/hdf5/hdf5_handle.h"

namespace jetsmith::hdf5 {

struct Filter {
    int id = 0;
    std::string name;  ///< as the writer called it, or the registered name; may be empty
    std::vector<unsigned> values;
    bool optional = false;  ///< a chunk may have been stored without it

    /// "blosc (32001)"
    std::string shown() const;
};

/// Filters in the order in which they were applied when writing.
using Pipeline = std::vector<Filter>;

Pipeline pipeline(hid_t dataset);

/// True when decode() below undoes every filter: deflate, shuffle, blosc and checksums.
bool can_decode(const Pipeline& filters);

/// True when decode() or the HDF5 library, with the plug-ins installed here, can undo all of them.
bool can_read(const Pipeline& filters);

/// Throws UserError with the filter's id and name, and the Debian package that brings it or the
/// advice to rewrite the file, when the chunks of `dataset` cannot be read.
void check_readable(const Pipeline& filters, const std::string& file, const std::string& dataset);

/// Fletcher's checksum of 16-bit words, most significant byte first, as the HDF5 library stores it.
uint32_t fletcher32(std::span<const std::byte> bytes);

/// Undoes all filters of one chunk. `mask`: bit i set when filter i was left out for this chunk.
/// `out` has the chunk's full size; `work` is scratch space of the caller's. False when the bytes
/// are damaged or truncated, do not match their checksum, or when a filter was left out that must
/// not be. Whatever the bytes are, nothing beyond `out` is written and nothing beyond `in` read.
bool decode(const Pipeline& filters, unsigned mask, std::span<const std::byte> in,
            std::span<std::byte> out, std::vector<std::byte>& work);

}  // namespace jetsmith::hdf5
