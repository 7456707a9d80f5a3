// SPDX-License-Identifier: Apache-2.0
// Convolutional top tagger on jet images: Macaluso, Shih, 1803.00107, the row "CNN" of 1902.09914.
// The defaults are that network, 609,666 parameters on one-channel 37 x 37 images:
// 128C4(valid)-64C4-MP2-64C4-64C4-MP2-64N-256N-256N-2. B batch, C channels, H, W pixels, F features.
#include <ATen/ops/constant_pad_nd.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>

#include "models/layers/convolution.h"
#include "models/model.h"

namespace jetsmith {
namespace {

class Cnn final : public Model {
  public:
    struct Options {
        std::vector<layers::ConvolutionOptions> layers;
        std::vector<int64_t> dense{64, 256, 256};
        double dropout = 0.5;
        bool batch_norm = false;

        explicit Options(Config& config)
        {
            config.read("batch_norm", batch_norm, "normalise after every convolution");
            for (auto& item : config.items("layers", "convolution blocks in order; absent: the "
                                                     "published network"))
                layers.emplace_back(item);
            if (!config.has("layers"))
                layers = {{128, 4, "valid"}, {64, 4, "same", 2}, {64, 4}, {64, 4, "same", 2}};
            config.read("dense", dense, "widths of the dense layers", positive);
            config.read("dropout", dropout, "probability after each dense layer",
                        from_below(0, 1));
        }
    };

    Cnn(const Options& options, const BatchShape& shape)
    {
        if (shape.channels == 0)
            throw UserError("model.type: cnn reads images (this input makes none). Choose inputs "
                            "that make images, such as jet_image.");
        layers::ImageShape image{shape.channels, shape.height, shape.width};
        for (const auto& layer : options.layers)
            blocks_.push_back(register_module(
                fmt::format("conv{}", blocks_.size()),
                std::make_shared<layers::ConvolutionBlock>(layer, options.batch_norm, image)));
        int64_t features = image.channels * image.height * image.width;
        for (const int64_t width : options.dense) {
            dense_.push_back(register_module(fmt::format("dense{}", dense_.size()),
                                             torch::nn::Linear(features, width)));
            features = width;
        }
        dropout_ = register_module("dropout", torch::nn::Dropout(options.dropout));
        output_ = register_module("output", torch::nn::Linear(features, shape.classes));
    }

    Prediction forward(const Batch& batch) override
    {
        at::Tensor x_BCHW = batch.images_BCHW;
        const auto pad = blocks_.empty() ? layers::Margin{} : blocks_.front()->margin();
        if (!pad.empty())
            x_BCHW = at::constant_pad_nd(x_BCHW, {pad.before, pad.behind, pad.before, pad.behind});
        for (size_t i = 0; i < blocks_.size(); ++i)
            x_BCHW = blocks_[i]->forward(x_BCHW, i + 1 < blocks_.size() ? blocks_[i + 1]->margin()
                                                                        : layers::Margin{});
        // Channels-last memory order: flattening then is free, and the dense layer does not care.
        at::Tensor x_BF = x_BCHW.permute({0, 2, 3, 1}).flatten(1);
        for (auto& layer : dense_) x_BF = dropout_(layer(x_BF).relu_());
        return {.logits_BC = output_(x_BF)};
    }

  private:
    std::vector<std::shared_ptr<layers::ConvolutionBlock>> blocks_;
    std::vector<torch::nn::Linear> dense_;
    torch::nn::Dropout dropout_{nullptr};
    torch::nn::Linear output_{nullptr};
};

JETSMITH_REGISTER(Model, "cnn", Cnn);

}  // namespace
}  // namespace jetsmith
