// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/blosc_filter.h"

#include <blosc.h>

#include <cstdlib>

#include "datasets/hdf5/hdf5_handle.h"

namespace jetsmith::hdf5 {
namespace {

/// The library's calling convention: replaces *buffer by the decoded chunk, 0 on failure. Writing
/// is not supported.
size_t library_filter(unsigned flags, size_t value_count, const unsigned* values, size_t bytes,
                      size_t* capacity, void** buffer)
{
    if (!(flags & H5Z_FLAG_REVERSE)) return 0;
    size_t decoded = 0;
    if (blosc_cbuffer_validate(*buffer, bytes, &decoded) < 0 || decoded == 0) return 0;
    // The fourth value of the filter is the chunk's size; a header may not ask for more.
    if (value_count > 3 && decoded > values[3]) return 0;
    void* out = std::malloc(decoded);
    if (!out) return 0;
    if (!decode_blosc({static_cast<const std::byte*>(*buffer), bytes},
                      {static_cast<std::byte*>(out), decoded})) {
        std::free(out);
        return 0;
    }
    std::free(*buffer);
    *buffer = out;
    *capacity = decoded;
    return decoded;
}

}  // namespace

bool decode_blosc(std::span<const std::byte> in, std::span<std::byte> out)
{
    size_t decoded = 0;
    if (in.size() < BLOSC_MIN_HEADER_LENGTH ||
        blosc_cbuffer_validate(in.data(), in.size(), &decoded) < 0 || decoded != out.size())
        return false;
    const int written = blosc_decompress_ctx(in.data(), out.data(), out.size(), /*threads=*/1);
    return written >= 0 && static_cast<size_t>(written) == out.size();
}

void register_blosc()
{
    static const H5Z_class2_t filter{H5Z_CLASS_T_VERS, kBlosc,  /*encoder=*/0, /*decoder=*/1,
                                     "blosc",          nullptr, nullptr,       library_filter};
    const Lock lock;
    H5Zregister(&filter);  // replaces an earlier registration
}

}  // namespace jetsmith::hdf5
