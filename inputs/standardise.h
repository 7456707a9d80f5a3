// SPDX-License-Identifier: Apache-2.0
// Per-pixel standardisation of images by what the training data show: (v - mean) / (std + bias).
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <mutex>
#include <vector>

#include "core/config.h"
#include "inputs/input.h"
#include "kernels/pixelate/pixelate.h"

namespace jetsmith::inputs {

/// Mean and standard deviation (divided by N) of every pixel over a data set, float64 (C, H, W).
struct PixelStatistics {
    at::Tensor mean_CHW, deviation_CHW;
};

/// Statistics of the images of all rows, which `images(piece)` makes as (n, C, H, W), any float type,
/// device and memory order. Blocks of fixed size are merged in fixed order (Chan, Golub and
/// LeVeque 1979), in double: the result does not depend on the number of threads.
PixelStatistics pixel_statistics(RowFeed& train,
                                 const std::function<at::Tensor(const RowPiece&)>& images);

/// The options `standardise: {by, bias}` of an input.
struct StandardiseOptions {
    std::string by = "none";
    double bias = 0.02;

    explicit StandardiseOptions(Config config);
};

/// The learned part of an input that makes images; does nothing when `by` is none.
class Standardiser {
  public:
    explicit Standardiser(const StandardiseOptions& options) : options_(options) {}

    bool active() const { return options_.by != "none"; }
    void fit(RowFeed& train, const std::function<at::Tensor(const RowPiece&)>& images);
    InputState state() const;
    void load_state(const InputState& state);

    /// The table for images of C x H x W on this device; undefined when inactive. Throws UserError
    /// when nothing was fitted or loaded, or for another shape.
    kernels::PixelTable table(const at::Device& device, int64_t channels, int64_t height,
                              int64_t width) const;

  private:
    void use(PixelStatistics statistics);

    StandardiseOptions options_;
    PixelStatistics statistics_;
    mutable std::mutex mutex_;
    mutable std::vector<kernels::PixelTable> tables_;  ///< one per device met so far
};

}  // namespace jetsmith::inputs
