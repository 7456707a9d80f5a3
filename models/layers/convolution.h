// SPDX-License-Identifier: Apache-2.0
// Convolution, optional batch norm, ReLU and optional max pooling: the block of image networks.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>

#include <string>

#include "core/config.h"

namespace jetsmith::layers {

/// Size of an image on its way through a network.
struct ImageShape {
    int64_t channels, height, width;
};

struct ConvolutionOptions {
    int64_t channels = 0;
    int64_t kernel = 3;
    std::string padding = "same";
    int64_t pool = 1;
    int64_t stride = 1;
    std::string place;  ///< "file:line: path", for messages about sizes that do not fit

    ConvolutionOptions(int64_t channels, int64_t kernel, std::string padding = "same",
                       int64_t pool = 1);
    explicit ConvolutionOptions(Config& config);
};

/// Rows and columns of zeros before and behind an image.
struct Margin {
    int64_t before = 0, behind = 0;

    bool empty() const { return before == 0 && behind == 0; }
};

/// max(images, 0) inside a margin of zeros: one pass where rectifying, filling and copying would
/// take three. images_BCHW: channels-last; differentiable.
at::Tensor rectify_in_margin(const at::Tensor& images_BCHW, const Margin& margin);

class ConvolutionBlock : public torch::nn::Module {
  public:
    /// `image` is what comes in and, afterwards, what goes out. Throws UserError when the image is
    /// smaller than the kernel or the pooling window.
    ConvolutionBlock(const ConvolutionOptions& options, bool batch_norm, ImageShape& image);

    /// The zeros that forward() wants around its images. "same" means (k - 1) / 2 zeros before and
    /// k / 2 behind, so that an even kernel leans towards lower rows and columns, as in Keras and
    /// PyTorch; an odd kernel pads by itself and wants none.
    Margin margin() const { return margin_; }

    /// images_BCHW: channels-last, inside margin(). Returns rectified images inside `next`, the
    /// margin of the block that follows.
    at::Tensor forward(const at::Tensor& images_BCHW, const Margin& next);

  private:
    Margin margin_;
    int64_t padding_ = 0;  ///< on all sides, by the convolution itself
    ConvolutionOptions options_;
    at::Tensor weight_, bias_;
    torch::nn::BatchNorm2d norm_{nullptr};
};

}  // namespace jetsmith::layers
