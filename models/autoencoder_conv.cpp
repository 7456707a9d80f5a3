// SPDX-License-Identifier: Apache-2.0
// Convolutional autoencoder of Farina, Nakai, Shih, 1808.08992:
// 128C3-MP2-128C3-MP2-128C3-32N-6N-32N-12800N-128C3-US2-128C3-US2-1C3, 1,425,223 parameters on
// one-channel images of 37 to 40 pixels a side, which zeros bring to 40 x 40 first. All
// convolutions keep the size; the latent layer and the last convolution are linear. B batch, C
// channels, H, W pixels, F features, L latent dimensions.
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "models/layers/convolution.h"
#include "models/layers/image_vector.h"
#include "models/model.h"

namespace jetsmith {
namespace {

constexpr int64_t kShrink = 4;  // two poolings

class AutoencoderConv final : public Model {
  public:
    struct Options {
        int64_t channels = 128;
        int64_t dense = 32;
        int64_t latent = 6;
        std::string output = "softmax";

        explicit Options(Config& config)
        {
            config.read("channels", channels, "feature maps of every convolution", positive);
            config.read("dense", dense, "width of the layers beside the latent one", positive);
            config.read("latent", latent, "dimensions of the latent space", positive);
            config.read("output", output, "function after the last layer; softmax: over all pixels",
                        one_of(layers::kOutputs));
        }
    };

    AutoencoderConv(const Options& options, const BatchShape& shape) : output_(options.output)
    {
        if (shape.channels == 0)
            throw UserError(
                "model.type: autoencoder_conv reconstructs images (this input makes "
                "none). Choose inputs that make images.");
        layers::check_latent(options.latent, shape);
        height_ = whole(shape.height);
        width_ = whole(shape.width);
        layers::ImageShape image{shape.channels, height_, width_};
        for (const int64_t pool : {2, 2, 1})
            encoder_.push_back(register_module(
                fmt::format("encoder{}", encoder_.size()),
                std::make_shared<layers::ConvolutionBlock>(
                    layers::ConvolutionOptions(options.channels, 3, "same", pool), false, image)));
        const int64_t flat = options.channels * image.height * image.width;
        dense_in_ = register_module("dense_in", torch::nn::Linear(flat, options.dense));
        latent_ = register_module("latent", torch::nn::Linear(options.dense, options.latent));
        dense_out_ = register_module("dense_out", torch::nn::Linear(options.latent, options.dense));
        spread_ = register_module("spread", torch::nn::Linear(options.dense, flat));
        for (int i = 0; i < 2; ++i)
            decoder_.push_back(register_module(fmt::format("decoder{}", i),
                                               convolution(options.channels, options.channels)));
        last_ = register_module("last", convolution(options.channels, shape.channels));
    }

    Prediction forward(const Batch& batch) override
    {
        const at::Tensor& images_BCHW = batch.images_BCHW;
        const int64_t rows = images_BCHW.size(2), columns = images_BCHW.size(3);
        const int64_t above = (height_ - rows) / 2, left = (width_ - columns) / 2;
        at::Tensor x_BCHW = at::constant_pad_nd(
            images_BCHW, {left, width_ - columns - left, above, height_ - rows - above});
        for (auto& block : encoder_) x_BCHW = block->forward(x_BCHW, {});
        const auto sizes = x_BCHW.permute({0, 2, 3, 1}).sizes().vec();
        // Channels-last memory order: flattening then is free.
        const at::Tensor x_BF = x_BCHW.permute({0, 2, 3, 1}).flatten(1);
        const at::Tensor latent_BL = latent_(dense_in_(x_BF).relu_());
        x_BCHW = spread_(dense_out_(latent_BL).relu_()).relu_().view(sizes).permute({0, 3, 1, 2});
        for (auto& layer : decoder_) {
            x_BCHW = layer(x_BCHW).relu_();
            x_BCHW = at::upsample_nearest2d(x_BCHW, {2 * x_BCHW.size(2), 2 * x_BCHW.size(3)});
        }
        x_BCHW = layers::finish_output(last_(x_BCHW), output_);
        return {.reconstruction = x_BCHW.narrow(2, above, rows).narrow(3, left, columns),
                .latent_BL = latent_BL};
    }

  private:
    static int64_t whole(int64_t pixels) { return (pixels + kShrink - 1) / kShrink * kShrink; }

    static torch::nn::Conv2d convolution(int64_t in, int64_t out)
    {
        return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1));
    }

    std::string output_;
    int64_t height_, width_;
    std::vector<std::shared_ptr<layers::ConvolutionBlock>> encoder_;
    torch::nn::Linear dense_in_{nullptr}, latent_{nullptr}, dense_out_{nullptr}, spread_{nullptr};
    std::vector<torch::nn::Conv2d> decoder_;
    torch::nn::Conv2d last_{nullptr};
};

JETSMITH_REGISTER(Model, "autoencoder_conv", AutoencoderConv);

}  // namespace
}  // namespace jetsmith
