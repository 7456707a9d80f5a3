// SPDX-License-Identifier: Apache-2.0
// Dense autoencoder of images or features: the "simple" network of Farina, Nakai, Shih, 1808.08992.
// The defaults are 1369-32-6-32-1369 on one-channel 37 x 37 images, 89,439 parameters; the latent
// layer is linear. B batch, C channels, H, W pixels, F features, L latent dimensions.
#include <torch/nn/modules/linear.h>

#include "models/layers/image_vector.h"
#include "models/model.h"

namespace jetsmith {
namespace {

class AutoencoderDense final : public Model {
  public:
    struct Options {
        std::vector<int64_t> widths{32};
        int64_t latent = 6;
        std::string output = "linear";

        explicit Options(Config& config)
        {
            config.read("widths", widths, "widths of the encoder's layers; the decoder mirrors "
                                          "them",
                        positive);
            config.read("latent", latent, "dimensions of the latent space", positive);
            config.read("output", output,
                        "function after the last layer; softmax: over all pixels",
                        one_of(layers::kOutputs));
        }
    };

    AutoencoderDense(const Options& options, const BatchShape& shape) : output_(options.output)
    {
        int64_t width = layers::vector_size(shape);
        if (width == 0)
            throw UserError("model.type: autoencoder_dense reconstructs images or one row of "
                            "features (this input makes neither). Choose inputs of such a kind.");
        layers::check_latent(options.latent, shape);
        std::vector<int64_t> widths{width};
        widths.insert(widths.end(), options.widths.begin(), options.widths.end());
        widths.push_back(options.latent);
        for (size_t i = 0; i + 1 < widths.size(); ++i)
            encoder_.push_back(register_module(fmt::format("encoder{}", i),
                                               torch::nn::Linear(widths[i], widths[i + 1])));
        for (size_t i = widths.size() - 1; i > 0; --i)
            decoder_.push_back(register_module(fmt::format("decoder{}", decoder_.size()),
                                               torch::nn::Linear(widths[i], widths[i - 1])));
    }

    Prediction forward(const Batch& batch) override
    {
        at::Tensor x_BF = layers::to_vector(batch);
        for (auto& layer : encoder_) {
            x_BF = layer(x_BF);
            if (layer.ptr() != encoder_.back().ptr()) x_BF = x_BF.relu_();
        }
        const at::Tensor latent_BL = x_BF;
        for (auto& layer : decoder_) {
            x_BF = layer(x_BF);
            if (layer.ptr() != decoder_.back().ptr()) x_BF = x_BF.relu_();
        }
        return {.reconstruction = layers::from_vector(layers::finish_output(x_BF, output_), batch),
                .latent_BL = latent_BL};
    }

  private:
    std::string output_;
    std::vector<torch::nn::Linear> encoder_, decoder_;
};

JETSMITH_REGISTER(Model, "autoencoder_dense", AutoencoderDense);

}  // namespace
}  // namespace jetsmith
