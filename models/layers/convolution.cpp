// SPDX-License-Identifier: Apache-2.0
#include "models/layers/convolution.h"

#include <ATen/ops/clamp_min.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/threshold_backward.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/nn/init.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace jetsmith::layers {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

at::Tensor inside(const at::Tensor& framed_BCHW, const Margin& m)
{
    const int64_t rows = framed_BCHW.size(2) - m.before - m.behind;
    const int64_t columns = framed_BCHW.size(3) - m.before - m.behind;
    return framed_BCHW.narrow(2, m.before, rows).narrow(3, m.before, columns);
}

class RectifyInMargin : public torch::autograd::Function<RectifyInMargin> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x_BCHW, int64_t before,
                              int64_t behind)
    {
        const int64_t rows = x_BCHW.size(2), columns = x_BCHW.size(3);
        const at::Tensor framed = at::empty(
            {x_BCHW.size(0), x_BCHW.size(1), rows + before + behind, columns + before + behind},
            x_BCHW.options(), at::MemoryFormat::ChannelsLast);
        framed.narrow(2, 0, before).zero_();
        framed.narrow(2, before + rows, behind).zero_();
        framed.narrow(3, 0, before).zero_();
        framed.narrow(3, before + columns, behind).zero_();
        at::Tensor middle = inside(framed, {before, behind});
        at::clamp_min_out(middle, x_BCHW, 0);
        context->saved_data["before"] = before;
        context->saved_data["behind"] = behind;
        context->save_for_backward({framed});
        return framed;
    }

    static tensor_list backward(AutogradContext* context, const tensor_list& gradients)
    {
        const Margin margin{context->saved_data["before"].toInt(),
                            context->saved_data["behind"].toInt()};
        const auto framed = context->get_saved_variables().front();
        return {at::threshold_backward(inside(gradients[0], margin), inside(framed, margin), 0),
                {},
                {}};
    }
};

}  // namespace

at::Tensor rectify_in_margin(const at::Tensor& images_BCHW, const Margin& margin)
{
    return RectifyInMargin::apply(images_BCHW, margin.before, margin.behind);
}

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
    if (options.padding == "same") {
        // With a stride the padding shrinks to what the last kernel position needs.
        const auto total = [&](int64_t size) {
            const int64_t positions = (size + options.stride - 1) / options.stride;
            return std::max<int64_t>(0, (positions - 1) * options.stride + k - size);
        };
        const int64_t zeros = total(image.height);
        if (zeros != total(image.width))
            throw UserError("{}: stride {} does not pad a {} x {} image evenly. Use square images, "
                            "or padding: valid.",
                            options.place, options.stride, image.height, image.width);
        if (zeros % 2 == 0) {
            padding_ = zeros / 2;
        } else {
            margin_ = {zeros / 2, zeros - zeros / 2};
        }
    }
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

at::Tensor ConvolutionBlock::forward(const at::Tensor& images_BCHW, const Margin& next)
{
    at::Tensor x = at::conv2d(images_BCHW, weight_, bias_, {options_.stride, options_.stride},
                              {padding_, padding_});
    if (norm_) x = norm_(x);
    // The largest of rectified values is the rectified largest: pooling first saves a pass.
    if (options_.pool > 1) x = at::max_pool2d(x, {options_.pool, options_.pool});
    return next.empty() ? x.relu_() : rectify_in_margin(x, next);
}

}  // namespace jetsmith::layers
