// SPDX-License-Identifier: Apache-2.0
// Energy and particle flow networks: Komiske, Metodiev, Thaler, 1810.05165, the rows "EFN" and
// "PFN" of 1902.09914.
//
//     pfn:  F(sum_i Phi(p_i))              any feature of a constituent may enter Phi
//     efn:  F(sum_i z_i Phi(direction_i))  infrared and collinear safe
//
// The defaults are those networks: 82,458 parameters for (z, y, phi), 82,358 for (y, phi) in the
// efn. Weights start He-uniform and biases at 0, as published. B jets, T constituents of all jets
// together, F features, L latent, C classes.
#include <ATen/ops/dropout.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/linear.h>

#include "kernels/segment_sum/segment_sum.h"
#include "models/layers/dense.h"
#include "models/layers/summed_layers.h"
#include "models/model.h"

namespace jetsmith {
namespace {

class DeepSets final : public Model {
  public:
    struct Options {
        std::string variant = "pfn";
        std::vector<int64_t> phi{100, 100, 256};
        std::vector<int64_t> f{100, 100, 100};
        layers::DenseOptions phi_layers, f_layers;
        double latent_dropout = 0;
        std::string place;  ///< "file:line: path", for messages about data that do not fit

        explicit Options(Config& config) : place(config.place("variant"))
        {
            config.read("variant", variant,
                        "pfn: sum of Phi(features); efn: sum of z Phi(direction), infrared and "
                        "collinear safe",
                        one_of({"pfn", "efn"}));
            config.read("phi", phi, "widths of the per-constituent network Phi", positive);
            config.read("f", f, "widths of the per-jet network F", positive);
            config.read("activation", f_layers.activation, "function after each hidden layer",
                        one_of(layers::Activation::names()));
            phi_layers.activation = f_layers.activation;
            config.read("latent_dropout", latent_dropout, "probability after the sum",
                        from_below(0, 1));
            config.read("dropout", f_layers.dropout, "probability after each layer of F",
                        from_below(0, 1));
            if (phi.empty()) config.fail("phi", "Phi needs at least one layer");
        }
    };

    DeepSets(const Options& options, const BatchShape& shape)
        : efn_(options.variant == "efn"),
          rectified_(options.f_layers.activation == "relu"),
          latent_dropout_(options.latent_dropout)
    {
        if (shape.features == 0)
            throw UserError(
                "{}: the input makes no constituents (a set network reads a ragged list "
                "of features). Set inputs.type: constituents.",
                options.place);
        if (efn_ && !shape.directions)
            throw UserError(
                "{}: efn needs directions alone in Phi (energies, momenta or types "
                "there would not be collinear safe). Set inputs.features: [y, phi], or "
                "variant: pfn.",
                options.place);
        phi_ = register_module("phi", std::make_shared<layers::DenseStack>(
                                          shape.features, options.phi, options.phi_layers));
        f_ = register_module(
            "f", std::make_shared<layers::DenseStack>(phi_->width(), options.f, options.f_layers));
        output_ = register_module("output", torch::nn::Linear(f_->width(), shape.classes));
        for (auto& parameter : parameters()) {
            if (parameter.dim() == 2)
                torch::nn::init::kaiming_uniform_(parameter);
            else
                torch::nn::init::zeros_(parameter);
        }
    }

    Prediction forward(const Batch& batch) override
    {
        const at::Tensor weights_T = efn_ ? batch.fractions_T : at::Tensor();
        at::Tensor latent_BL =
            rectified_ ? layers::summed_rectified_layers(batch.features_TF, batch.offsets_B1,
                                                         weights_T, phi_->parameters())
                       : kernels::segment_sum(phi_->forward(batch.features_TF), batch.offsets_B1,
                                              weights_T);
        // Sums over many constituents keep their float32 digits; F is a small part of the work.
        const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);
        if (latent_dropout_ > 0) latent_BL = at::dropout(latent_BL, latent_dropout_, is_training());
        return {.logits_BC = f_->forward(latent_BL, output_), .latent_BL = latent_BL};
    }

  private:
    bool efn_, rectified_;
    double latent_dropout_;
    std::shared_ptr<layers::DenseStack> phi_, f_;
    torch::nn::Linear output_{nullptr};
};

JETSMITH_REGISTER(Model, "deep_sets", DeepSets);

}  // namespace
}  // namespace jetsmith
