// SPDX-License-Identifier: Apache-2.0
// Fully connected network on a row of numbers per event. Widths may be given as fractions of inputs
// + classes, as in the GRAM-matrix studies of single-stop production, whose best network had three
// hidden layers of 2.0. B rows, F features, C classes.
#include <torch/nn/modules/linear.h>

#include <algorithm>
#include <cmath>

#include "models/layers/dense.h"
#include "models/model.h"

namespace jetsmith {
namespace {

class Dnn final : public Model {
  public:
    struct Options {
        std::vector<int64_t> widths{128, 128, 128};
        std::vector<double> fractions;
        layers::DenseOptions dense;

        explicit Options(Config& config) : dense(read(config)) {}

      private:
        layers::DenseOptions read(Config& config)
        {
            config.read("widths", widths, "widths of the hidden layers", positive);
            config.read("fractions", fractions,
                        "the same as fractions of the number of features and classes together, "
                        "rounded, at least 1; instead of 'widths'",
                        positive);
            if (config.has("widths") && !fractions.empty())
                config.fail("fractions", "says the same as 'widths' (one of them wanted). Remove one");
            return layers::DenseOptions(config);
        }
    };

    Dnn(const Options& options, const BatchShape& shape)
    {
        if (shape.features == 0)
            throw UserError(
                "model: 'dnn' wants one row of numbers per event, which these inputs do not make. "
                "Choose inputs such as flat_features.");
        const auto both = static_cast<double>(shape.features + shape.classes);
        auto widths = options.widths;
        if (!options.fractions.empty()) widths.clear();
        for (const double fraction : options.fractions)
            widths.push_back(std::max<int64_t>(1, std::llround(fraction * both)));
        hidden_ = register_module(
            "hidden", std::make_shared<layers::DenseStack>(shape.features, widths, options.dense));
        output_ = register_module("output", torch::nn::Linear(hidden_->width(), shape.classes));
    }

    Prediction forward(const Batch& batch) override
    {
        return {.logits_BC = hidden_->forward(batch.features_BF, output_)};
    }

  private:
    std::shared_ptr<layers::DenseStack> hidden_;
    torch::nn::Linear output_{nullptr};
};

JETSMITH_REGISTER(Model, "dnn", Dnn);

}  // namespace
}  // namespace jetsmith
