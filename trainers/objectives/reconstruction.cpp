// SPDX-License-Identifier: Apache-2.0
// Distance between what a network saw and what it made of it, row by row; the same number is the
// anomaly score (Farina, Nakai, Shih, 1808.08992; Heimel et al., 1808.08979). The mean squared error
// over pixels, or the cross entropy -sum_i p_i ln q_i between the two images as distributions over
// pixels. Training: sum_b w_b d_b / sum_b w_b. Needs no labels.
#include "trainers/objective.h"

#include "core/errors.h"

namespace jetsmith {
namespace {

constexpr double kSmallest = 1e-12;  // of a pixel's share: keeps the logarithm finite

/// Each row divided by its sum; a row of zeros stays one.
at::Tensor distribution(const at::Tensor& x_BF)
{
    const auto positive = x_BF.clamp_min(0);
    return positive.div(positive.sum(1, /*keepdim=*/true).clamp_min(kSmallest));
}

/// What the network was to reproduce: the member of the batch that it read.
const at::Tensor& target_of(const Batch& batch)
{
    return batch.images_BCHW.defined() ? batch.images_BCHW : batch.features_BF;
}

class Reconstruction final : public Objective {
  public:
    struct Options {
        std::string distance = "mse";

        explicit Options(Config& config)
        {
            config.read("distance", distance,
                        "mse: mean squared error over pixels or features; cross_entropy: between "
                        "the images as distributions over pixels",
                        one_of({"mse", "cross_entropy"}));  // lint: not a component
        }
    };

    explicit Reconstruction(const Options& options) : options_(options) {}

    at::Tensor loss(const Prediction& prediction, const Batch& batch) const override
    {
        return distances(prediction, batch).mul(batch.weights_B).sum().div(batch.weights_B.sum());
    }

    at::Tensor scores(const Prediction& prediction, const Batch& batch) const override
    {
        return distances(prediction, batch).unsqueeze(1);
    }

    bool scores_are_probabilities() const override { return false; }

  private:
    /// float32 (B)
    at::Tensor distances(const Prediction& prediction, const Batch& batch) const
    {
        const at::Tensor& target = target_of(batch);
        if (!prediction.reconstruction.defined())
            throw UserError("objective.type: 'reconstruction' compares the input with what the "
                            "model makes of it (this model makes no such thing). Choose an "
                            "autoencoder as model.type, or another objective.");
        ensure(target.defined() && target.sizes() == prediction.reconstruction.sizes(),
               "a reconstruction does not have the shape of what it reconstructs");
        const auto x_BF = target.to(at::kFloat).flatten(1);
        const auto y_BF = prediction.reconstruction.to(at::kFloat).flatten(1);
        if (options_.distance == "mse") return x_BF.sub(y_BF).square().mean(1);
        const auto log_q = distribution(y_BF).clamp_min(kSmallest).log();
        return distribution(x_BF).mul(log_q).sum(1).neg();
    }

    Options options_;
};

JETSMITH_REGISTER(Objective, "reconstruction", Reconstruction);

}  // namespace
}  // namespace jetsmith
