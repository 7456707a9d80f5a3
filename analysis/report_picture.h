// SPDX-License-Identifier: Apache-2.0
// Jet images as PNG pictures inside a page: empty pixels white, the others on a logarithmic scale
// in colours of rising darkness that also read in grey.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace jetsmith::analysis {

/// Values from low to high (both above 0) map to colours by their logarithm; below low is white.
struct LogScale {
    double low = 1e-4, high = 1;
};

/// The decades below the largest value of all images that are shown.
LogScale log_scale(std::span<const float> values, double decades);

/// A PNG file (8-bit palette) of an image (H, W), row 0 at the top.
std::string png(std::span<const float> image_HW, int64_t height, int64_t width, LogScale scale);

/// "data:image/png;base64,..." of a PNG file.
std::string data_uri(const std::string& png);

/// The colours from low to high as a CSS gradient to the right.
std::string css_gradient();

/// HTML of an image with its caption, and of the scale below.
std::string picture(std::span<const float> image_HW, int64_t height, int64_t width, LogScale scale,
                    const std::string& caption);
std::string colour_bar(LogScale scale);

}  // namespace jetsmith::analysis
