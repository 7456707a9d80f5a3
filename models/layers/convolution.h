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

class ConvolutionBlock : public torch::nn::Module {
  public:
    /// `image` is what comes in and, afterwards, what goes out. Throws UserError when the image is
    /// smaller than the kernel or the pooling window.
    ConvolutionBlock(const ConvolutionOptions& options, bool batch_norm, ImageShape& image);

    /// images_BCHW: channels-last. "same" pads (k - 1) / 2 zeros before and k / 2 behind, so that an
    /// even kernel leans towards lower rows and columns, as in Keras and PyTorch.
    at::Tensor forward(const at::Tensor& images_BCHW);

  private:
    ConvolutionOptions options_;
    at::Tensor weight_, bias_;
    torch::nn::BatchNorm2d norm_{nullptr};
};

}  // namespace jetsmith::layers
