// SPDX-License-Identifier: Apache-2.0
// Jet images: from ragged constituents straight to pixels, in one pass per jet and on the device
// of the constituents. B images, C channels, H rows along eta, W columns along phi, T constituents
// of all jets. Preprocessing as in Macaluso and Shih, 1803.00107, all of it before binning:
//
//  0. A constituent takes part when E, px, py, pz are finite, E >= 0 and pt > 0; others count as
//     absent. pt = hypot(px, py), eta = asinh(pz / pt), phi = atan2(py, px).
//  1. phi becomes the difference to the hardest constituent (largest pt, the first of equals), in
//     (-pi, pi]. Without centre the difference to 0 is taken instead.
//  2. centre: (eta, phi) minus the pt-weighted mean of (eta, phi); or minus the direction of the
//     summed momentum; or minus the hardest constituent; or unchanged.
//  3. rotate: by theta = atan2(2 M11, M20 - M02) / 2 with Mij = sum pt eta^i phi^j,
//         x = eta cos(theta) + phi sin(theta),  y = -eta sin(theta) + phi cos(theta),
//     so that the jet is widest along x. A round jet, |(2 M11, M20 - M02)| <= 1e-12 rad^2 x the
//     summed pt (one constituent, say), is left alone. |x| or |y| below 1e-12 counts as 0.
//  4. flip: x -> -x when the constituents with x < 0 carry more summed pt than those with x > 0;
//     the same for y. x = 0 belongs to neither half; a tie is left alone.
//  5. augment (training only): random flips of x and of y, then a rotation by an angle from
//     [-rotation, rotation), then a shift by amounts from [-shift, shift) along both axes.
//  6. Pixel (r, c) holds r <= (x + wx / 2) H / wx < r + 1 and c <= (y + wy / 2) W / wy < c + 1, for
//     the window of full widths wx, wy: lower edges belong to a pixel, upper edges to the next,
//     what lies outside is dropped. H or W may be even or odd; the centre is a pixel edge or a
//     pixel centre accordingly.
//  7. Channels: pt sums pt, energy sums E, count counts. normalise divides pt by the summed pt of
//     all constituents, inside the window or not, and energy by their summed energy; never count.
//     pt and energy add up in units of 2^-30 of the jet's sum, so that no order of addition can
//     matter: a pixel is exact to n 2^-31 of that sum for n constituents in it (and, on the CPU,
//     to the rounding of float32).
//  8. transform, pixel by pixel: none, sqrt(v), or ln(1 + v / log_scale).
//  9. standardise: (v - mean) / (deviation + bias) from the table, if one is given.
//
// A jet without constituents gives v = 0 everywhere (after that 8 and 9). The GPU computes in
// double. The CPU computes positions in float32 and sums in double, and draws a jet again in double
// when a constituent lies within some 1e-6 rad of a pixel edge or an axis or flip is nearly a tie:
// both give the pixels of double arithmetic to 1e-6, but for constituents within some 1e-15 of an
// edge. For a given device and SIMD target, results do not depend on threads, on the batch a jet is
// in, or on the order of its constituents beyond such ties.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/pixelate/pixelate_arguments.h"

namespace jetsmith::kernels {

struct PixelateOptions {
    int64_t height = 37, width = 37;                       ///< pixels along eta and along phi
    double eta_width = 3.2, phi_width = 3.2;               ///< full width of the window [rad]
    std::vector<PixelChannel> channels{PixelChannel::pt};  ///< each at most once
    JetCentre centre = JetCentre::pt_centroid;
    bool rotate = true;
    bool flip = true;
    bool normalise = true;
    PixelTransform transform = PixelTransform::none;
    double log_scale = 1e-3;  ///< [GeV, or 1 when normalised]

    int64_t cells() const { return height * width * static_cast<int64_t>(channels.size()); }
};

/// Mean and 1 / (deviation + bias) of every pixel, as the kernel reads them.
struct PixelTable {
    at::Tensor mean;     ///< float32 (H * W * C + kPixelTablePadding)
    at::Tensor inverse;  ///< the same

    bool defined() const { return mean.defined(); }
    PixelTable to(const at::Device& device) const;
};

/// mean_CHW, deviation_CHW: any float type, on the CPU. Throws UserError where deviation + bias
/// is not above 0.
PixelTable pixel_table(const at::Tensor& mean_CHW, const at::Tensor& deviation_CHW, double bias);

/// Step 5. Drawn from Philox with the key (seed, augment, epoch, row): core/random.h.
struct PixelAugment {
    bool flips = false;
    double rotation = 0;  ///< largest angle [rad]
    double shift = 0;     ///< largest shift [rad]
    uint64_t seed = 1;
    uint32_t epoch = 0;
    at::Tensor device_epoch;   ///< int64 scalar that stands for epoch when defined
    at::Tensor random_rows_B;  ///< int64 (B): row in the key of each image
};

struct PixelateExtras {
    PixelTable table;
    std::optional<PixelAugment> augment;
};

/// Images of the jets `rows_B` of a ragged collection: float32 or bfloat16 (B, C, H, W) in
/// channels-last memory.
///   momenta_T4    float32 (T, 4) [GeV]: E, px, py, pz; contiguous
///   offsets_B1    int64 (jets + 1): jet b owns the constituents [offsets[b], offsets[b + 1])
///   rows_B        int64 (B), any order, repeats allowed
/// All on one device. On the CPU: Highway SIMD, parallel_for. On CUDA: one launch on the current
/// stream that waits for nothing. Throws InternalError for other shapes or types and, on the CPU,
/// for rows that do not exist (whose image is NaN on CUDA); UserError for an image that is too
/// large for the GPU's shared memory.
at::Tensor pixelate(const at::Tensor& momenta_T4, const at::Tensor& offsets_B1,
                    const at::Tensor& rows_B, const PixelateOptions& options,
                    const PixelateExtras& extras = {}, at::ScalarType dtype = at::kFloat);

/// The same into images that exist already: (B, C, H, W), channels-last, float32 or bfloat16.
void pixelate_into(const at::Tensor& images_BCHW, const at::Tensor& momenta_T4,
                   const at::Tensor& offsets_B1, const at::Tensor& rows_B,
                   const PixelateOptions& options, const PixelateExtras& extras = {});

}  // namespace jetsmith::kernels
