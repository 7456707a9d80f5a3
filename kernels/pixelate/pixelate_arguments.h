// SPDX-License-Identifier: Apache-2.0
// What a pixelation kernel is told: plain pointers and numbers, the same for the CPU and CUDA.
#pragma once

#include <cstdint>

namespace jetsmith::kernels {

enum class PixelChannel : int32_t { pt, count, energy };
enum class PixelTransform : int32_t { none, sqrt, log };
enum class JetCentre : int32_t { pt_centroid, jet_axis, hardest, none };

constexpr int kPixelChannels = 3;

/// Rows of a table that the CPU may read beyond its end.
constexpr int64_t kPixelTablePadding = 64;

struct PixelateArguments {
    // Constituents of all jets; jet b owns [offsets[b], offsets[b + 1]).
    const float* momenta;    ///< (constituents, 4): E, px, py, pz
    const int64_t* offsets;  ///< (store_jets + 1)
    int64_t constituents;
    int64_t store_jets;

    const int64_t* rows;  ///< (jets): which jet becomes image 0, 1, ...
    int64_t jets;
    void* images;  ///< (jets, height, width, channels), float32 or bfloat16
    bool bfloat16;

    int32_t height, width, channels;
    PixelChannel channel[kPixelChannels];
    double eta_width, phi_width;
    JetCentre centre;
    bool rotate, flip, normalise;
    PixelTransform transform;
    float log_scale;

    // (height, width, channels) and kPixelTablePadding more: (value - mean) * inverse; may be null.
    const float* mean;
    const float* inverse;

    bool augment, random_flips;
    double random_rotation, random_shift;
    uint64_t seed;
    uint32_t epoch;
    const int64_t* device_epoch;  ///< replaces epoch when not null
    const int64_t* random_rows;   ///< (jets): keys of the random numbers
};

}  // namespace jetsmith::kernels
