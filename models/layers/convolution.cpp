// SPDX-License-Identifier: Apache-2.0
#include "models/layers/convolution.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool2d.h>
#include <torch/nn/init.h>

#include <cmath>
#include <utility>

namespace jetsmith::layers {

ConvolutionOptions::ConvolutionOptions(int64_t channels, int64_t kernel, std::string padding,
                                       int64_t pool)
    : channels(channels), kernel(kernel), padding(std::move(padding)), pool(pool)
{
}

ConvolutionOptions::ConvolutionOptions(Config& config) : place(config.place("kernel"))
{
    config.require("channels", channels, "feature maps that come out", positive);
    config.read("kernel", kernel, "rows and columns of the kernel", within(1, 31));
    config.read("padding", padding, "same: as many pixels out as in; valid: no padding",
                one_of({"same", "valid"}));
    config.read("stride", stride, "pixels from one kernel position to the next", within(1, 8));
    config.read("pool", pool, "side of the max-pooling window after the layer; 1: none",
                within(1, 16));
}

ConvolutionBlock::ConvolutionBlock(const ConvolutionOptions& options, bool batch_norm,
                                   ImageShape& image)
    : options_(options)
{
    const int64_t k = options.kernel;
    const auto out = [&](int64_t size) {
        const int64_t convolved = options.padding == "same"
                                      ? (size + options.stride - 1) / options.stride
                                      : (size - k) / options.stride + 1;
        if (size < k || convolved < options.pool)
            throw UserError("{}: the image is {} x {} here (kernel {}, pooling {} need more). Use "
                            "fewer layers, less pooling or more inputs.pixels.",
                            options.place.empty() ? "model.layers" : options.place, image.height,
                            image.width, k, options.pool);
        return convolved / options.pool;
    };
    const ImageShape next{options.channels, out(image.height), out(image.width)};
    weight_ = register_parameter("weight", at::empty({options.channels, image.channels, k, k}));
    bias_ = register_parameter("bias", at::empty({options.channels}));
    // PyTorch's default: both uniform in +-1/sqrt(fan in).
    const double bound = 1 / std::sqrt(static_cast<double>(image.channels * k * k));
    torch::nn::init::uniform_(weight_, -bound, bound);
    torch::nn::init::uniform_(bias_, -bound, bound);
    if (batch_norm)
        norm_ = register_module("norm", torch::nn::BatchNorm2d(options.channels));
    image = next;
}

at::Tensor ConvolutionBlock::forward(const at::Tensor& images_BCHW)
{
    const int64_t k = options_.kernel, stride = options_.stride;
    at::Tensor x = images_BCHW;
    int64_t padding = 0;
    if (options_.padding == "same") {
        // With a stride the padding shrinks to what the last kernel position needs.
        const auto total = [&](int64_t size) {
            return std::max<int64_t>(0, ((size + stride - 1) / stride - 1) * stride + k - size);
        };
        const int64_t rows = total(x.size(2)), columns = total(x.size(3));
        if (rows == columns && rows % 2 == 0) {
            padding = rows / 2;
        } else {
            x = at::constant_pad_nd(
                x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
        }
    }
    x = at::conv2d(x, weight_, bias_, /*stride=*/{stride, stride}, /*padding=*/{padding, padding});
    if (norm_) x = norm_(x);
    // The largest of rectified values is the rectified largest: pooling first saves a pass.
    if (options_.pool > 1) x = at::max_pool2d(x, {options_.pool, options_.pool});
    return x.relu_();
}

}  // namespace jetsmith::layers
