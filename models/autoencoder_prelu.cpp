// SPDX-License-Identifier: Apache-2.0
// Convolutional autoencoder of Heimel, Kasieczka, Plehn, Thompson, "QCD or What?", 1808.08979:
// 10C3-10C3-AP2-10C3-5C3-5C3-400N-100N-32N-100N-400N, reshaped to one map of half the size,
// 5C3-5C3-US2-5C3-10C3-1C3 on one-channel 40 x 40 images. All convolutions keep the size, the last
// is linear, PReLU follows all other layers, the latent one included. 960,130 parameters with one
// slope per pixel of each map, 892,195 per map, 891,112 per layer, 891,098 with ReLU instead.
// B batch, C channels, H, W pixels, F features, L latent dimensions.
#include <ATen/ops/avg_pool2d.h>
#include <ATen/ops/upsample_nearest2d.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>

#include "models/layers/image_vector.h"
#include "models/layers/learned_slope.h"
#include "models/model.h"

namespace jetsmith {
namespace {

class AutoencoderPrelu final : public Model {
  public:
    struct Options {
        int64_t maps = 10;
        int64_t narrow_maps = 5;
        std::vector<int64_t> dense{400, 100};
        int64_t latent = 32;
        std::string slopes = "pixel";

        explicit Options(Config& config)
        {
            config.read("maps", maps, "feature maps of the wide convolutions", positive);
            config.read("narrow_maps", narrow_maps, "feature maps beside the dense layers",
                        positive);
            config.read("dense", dense,
                        "widths of the encoder's dense layers; the decoder mirrors them but for "
                        "the first, for which it has the pixels of a map",
                        positive);
            config.read("latent", latent, "dimensions of the latent space", positive);
            config.read("slopes", slopes,
                        "what has a learned slope of its own below zero; none: ReLU",
                        one_of(layers::kSlopes));
        }
    };

    AutoencoderPrelu(const Options& options, const BatchShape& shape)
        : slopes_(options.slopes), height_(shape.height / 2), width_(shape.width / 2)
    {
        if (shape.channels == 0)
            throw UserError(
                "model.type: autoencoder_prelu reconstructs images (this input makes "
                "none). Choose inputs that make images.");
        layers::check_latent(options.latent, shape);
        if (shape.height % 2 != 0 || shape.width % 2 != 0)
            throw UserError(
                "inputs.pixels: autoencoder_prelu halves images and doubles them again "
                "({} x {} pixels seen; even numbers wanted). Change inputs.pixels.",
                shape.height, shape.width);
        const int64_t wide = options.maps, narrow = options.narrow_maps;
        add_convolution(shape.channels, wide, 2);
        add_convolution(wide, wide, 2);
        add_convolution(wide, wide, 1);
        add_convolution(wide, narrow, 1);
        add_convolution(narrow, narrow, 1);
        std::vector<int64_t> widths{narrow * height_ * width_};
        widths.insert(widths.end(), options.dense.begin(), options.dense.end());
        widths.push_back(options.latent);
        latent_at_ = widths.size() - 1;
        for (size_t i = options.dense.size(); i > 1; --i) widths.push_back(options.dense[i - 1]);
        widths.push_back(height_ * width_);
        for (size_t i = 0; i + 1 < widths.size(); ++i) add_dense(widths[i], widths[i + 1]);
        add_convolution(1, narrow, 1);
        add_convolution(narrow, narrow, 1);
        add_convolution(narrow, narrow, 2);
        add_convolution(narrow, wide, 2);
        last_ = register_module("last", convolution(wide, shape.channels));
    }

    Prediction forward(const Batch& batch) override
    {
        at::Tensor x_BCHW = batch.images_BCHW;
        for (size_t i = 0; i < kEncoding; ++i) {
            x_BCHW = convolve(i, x_BCHW);
            if (i == 1) x_BCHW = at::avg_pool2d(x_BCHW, 2);
        }
        // Channels-last memory order: flattening then is free.
        at::Tensor x_BF = x_BCHW.permute({0, 2, 3, 1}).flatten(1), latent_BL;
        for (size_t i = 0; i < dense_.size(); ++i) {
            x_BF = dense_slopes_[i]->forward(dense_[i](x_BF));
            if (i + 1 == latent_at_) latent_BL = x_BF;
        }
        x_BCHW = x_BF.view({x_BF.size(0), 1, height_, width_});
        for (size_t i = kEncoding; i < convolutions_.size(); ++i) {
            x_BCHW = convolve(i, x_BCHW);
            if (i == kEncoding + 1)
                x_BCHW = at::upsample_nearest2d(x_BCHW, {2 * height_, 2 * width_});
        }
        return {.reconstruction = last_(x_BCHW), .latent_BL = latent_BL};
    }

  private:
    static constexpr size_t kEncoding = 5;  // convolutions before the dense layers

    static torch::nn::Conv2d convolution(int64_t in, int64_t out)
    {
        return torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1));
    }

    /// scale: size of its images in units of the pooled ones.
    void add_convolution(int64_t in, int64_t out, int64_t scale)
    {
        const size_t i = convolutions_.size();
        const std::string name =
            i < kEncoding ? fmt::format("encoder{}", i) : fmt::format("decoder{}", i - kEncoding);
        convolutions_.push_back(register_module(name, convolution(in, out)));
        slopes_of_.push_back(register_module(
            name + "_slopes",
            std::make_shared<layers::LearnedSlope>(slopes_, out, scale * height_, scale * width_)));
    }

    void add_dense(int64_t in, int64_t out)
    {
        const std::string name = fmt::format("dense{}", dense_.size());
        dense_.push_back(register_module(name, torch::nn::Linear(in, out)));
        dense_slopes_.push_back(register_module(
            name + "_slopes", std::make_shared<layers::LearnedSlope>(slopes_, out)));
    }

    at::Tensor convolve(size_t i, const at::Tensor& x_BCHW)
    {
        return slopes_of_[i]->forward(convolutions_[i](x_BCHW));
    }

    std::string slopes_;
    int64_t height_, width_;  ///< of the pooled images
    size_t latent_at_ = 0;    ///< dense layers up to the latent one
    std::vector<torch::nn::Conv2d> convolutions_;
    std::vector<torch::nn::Linear> dense_;
    std::vector<std::shared_ptr<layers::LearnedSlope>> slopes_of_, dense_slopes_;
    torch::nn::Conv2d last_{nullptr};
};

JETSMITH_REGISTER(Model, "autoencoder_prelu", AutoencoderPrelu);

}  // namespace
}  // namespace jetsmith
