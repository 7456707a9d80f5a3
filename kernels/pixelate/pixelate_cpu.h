// SPDX-License-Identifier: Apache-2.0
// Between pixelate.cpp (checks, threads) and pixelate_cpu.cpp (SIMD targets).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/pixelate/pixelate_arguments.h"

namespace jetsmith::kernels {

constexpr size_t kLanesAtMost = 64;

/// Constituents of one jet: where they lie, and, once pixels are known, what each of them adds.
template <class T>
struct ConstituentScratch {
    std::vector<T> pt, eta, phi;

    void reserve(size_t count)
    {
        if (pt.size() >= count) return;
        for (auto* values : {&pt, &eta, &phi}) values->resize(2 * count);
    }
};

/// Working memory of one thread. Between jets, the tile is all zeros and the picture the image of
/// a jet without constituents.
struct JetScratch {
    ConstituentScratch<float> singles;
    ConstituentScratch<double> doubles;
    std::vector<int32_t> tile;       ///< units per (row, column, channel)
    std::vector<int32_t> touched;    ///< cells that the jet adds to, repeats allowed
    std::vector<int32_t> channels;   ///< channel of each of them
    std::vector<std::byte> dark;     ///< the image of a jet without constituents
    std::vector<std::byte> picture;  ///< the image in its element type
    int64_t cells = 0;
    size_t touches = 0;

    void reserve_constituents(size_t count, int channels_of_image)
    {
        singles.reserve(count);
        doubles.reserve(count);
        const size_t most = count * static_cast<size_t>(channels_of_image) + kLanesAtMost;
        if (touched.size() >= most) return;
        touched.resize(2 * most);
        channels.resize(2 * most);
    }

    void reserve_tile(int64_t wanted)
    {
        cells = wanted;
        const auto size = static_cast<size_t>(wanted) + 64;
        if (tile.size() < size) tile.assign(size, 0);
        picture.resize(size * sizeof(float));
    }
};

/// Images [begin, end) in the calling thread. stream: past the caches, for outputs that are too
/// large for them.
void pixelate_rows(const PixelateArguments& arguments, int64_t begin, int64_t end, bool stream);

}  // namespace jetsmith::kernels
