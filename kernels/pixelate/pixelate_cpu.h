// SPDX-License-Identifier: Apache-2.0
// Between pixelate.cpp (checks, threads) and pixelate_cpu.cpp (SIMD targets).
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/pixelate/pixelate_arguments.h"

namespace jetsmith::kernels {

/// Working memory of one thread. The tile is all zeros between jets.
struct JetScratch {
    std::vector<double> pt, eta, phi;
    std::vector<int32_t>
        tile;  ///< units per (row, column, channel); the cell behind is for outsiders
    std::vector<float> units = std::vector<float>(64);  ///< intensity of a unit, channel by channel
    int64_t cells = 0;

    void reserve_constituents(size_t count)
    {
        if (pt.size() >= count) return;
        for (auto* values : {&pt, &eta, &phi}) values->resize(2 * count);
    }

    void reserve_tile(int64_t wanted)
    {
        cells = wanted;
        const auto size = static_cast<size_t>(wanted) + 64;
        if (tile.size() < size) tile.assign(size, 0);
    }
};

/// Images [begin, end) in the calling thread. stream: past the caches, for outputs that are too
/// large for them.
void pixelate_rows(const PixelateArguments& arguments, int64_t begin, int64_t end, bool stream);

}  // namespace jetsmith::kernels
