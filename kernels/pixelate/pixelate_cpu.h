// SPDX-License-Identifier: Apache-2.0
// Between pixelate.cpp (checks, threads) and pixelate_cpu.cpp (SIMD targets).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/pixelate/pixelate_arguments.h"

namespace jetsmith::kernels {

constexpr size_t kLanesAtMost = 64;

/// Where the constituents of some jets lie.
template <class T>
struct ConstituentScratch {
    std::vector<T> pt, eta, phi;

    void reserve(size_t count)
    {
        if (pt.size() >= count) return;
        for (auto* values : {&pt, &eta, &phi}) values->resize(2 * count);
    }
};

/// Working memory of one thread. Between jets the tile is all zeros.
struct JetScratch {
    ConstituentScratch<float> singles;
    ConstituentScratch<double> doubles;
    std::vector<int32_t> cells;      ///< (row, column, channel) that a constituent adds to, flat
    std::vector<int32_t> units;      ///< what it adds; then, what the cell holds after that
    std::vector<int32_t> tile;       ///< units of every cell of the jet at hand
    std::vector<std::byte> dark;     ///< the image of a jet without constituents, if it is not zero
    std::vector<std::byte> picture;  ///< an image on its way past the caches
    int64_t image_pixels = 0, image_cells = 0;

    /// count: of all constituents that are looked at together, rounded up to registers.
    void reserve_constituents(size_t count, int channels)
    {
        singles.reserve(count);
        doubles.reserve(count);
        const size_t most = count * static_cast<size_t>(channels) + kLanesAtMost;
        if (cells.size() >= most) return;
        cells.resize(2 * most);
        units.resize(2 * most);
    }

    void reserve_image(int64_t pixels, int channels)
    {
        image_pixels = pixels;
        image_cells = pixels * channels;
        const auto size = static_cast<size_t>(image_cells) + kLanesAtMost;
        if (tile.size() < size) tile.assign(size, 0);
        dark.resize(size * sizeof(float));
        picture.resize(size * sizeof(float));
    }
};

/// Images [begin, end) in the calling thread. stream: past the caches, for outputs that are too
/// large for them.
void pixelate_rows(const PixelateArguments& arguments, int64_t begin, int64_t end, bool stream);

}  // namespace jetsmith::kernels
