// SPDX-License-Identifier: Apache-2.0
// Cross entropy of several independent yes/no labels per row, a sigmoid for each:
// sum_b w_b mean_l f_bl BCE_bl / sum_b w_b, where f_bl is the factor of the yes or no of label l
// (data.class_weights). Balanced factors have the mean 1 over the training rows.
#include <ATen/ops/binary_cross_entropy_with_logits.h>

#include "core/errors.h"
#include "trainers/objective.h"

namespace jetsmith {
namespace {

class BinaryCrossEntropy final : public Objective {
  public:
    struct Options {
        double label_smoothing = 0.0;

        explicit Options(Config& config)
        {
            config.read("label_smoothing", label_smoothing,
                        "share of every yes and no that is moved to a half", from_below(0, 1));
        }
    };

    explicit BinaryCrossEntropy(const Options& options) : options_(options) {}

    at::Tensor loss(const Prediction& prediction, const Batch& batch) const override
    {
        if (!prediction.logits_BC.defined())
            throw UserError("objective.type: 'binary_cross_entropy' compares a score per label "
                            "(this model makes none). Choose a classifier as model.type, or "
                            "another objective.");
        if (!batch.targets_BL.defined())
            throw UserError("objective.type: 'binary_cross_entropy' wants several yes/no labels "
                            "per row (these rows have one class each). Name them in data.labels, "
                            "or use cross_entropy.");
        // Logits may come from autocast in bfloat16; log and sums are done in float32.
        const auto logits_BL = prediction.logits_BC.to(at::kFloat);
        ensure(logits_BL.sizes() == batch.targets_BL.sizes(), "one logit per label is wanted");
        const double kept = 1 - options_.label_smoothing;
        const auto targets_BL = batch.targets_BL.mul(kept).add(0.5 * (1 - kept));
        const auto each_BL = at::binary_cross_entropy_with_logits(
            logits_BL, targets_BL, batch.target_weights_BL, /*pos_weight=*/{},
            at::Reduction::None);
        return each_BL.mean(1).mul(batch.weights_B).sum().div(batch.weights_B.sum());
    }

    /// One probability per label, each by itself.
    at::Tensor scores(const Prediction& prediction, const Batch&) const override
    {
        return prediction.logits_BC.to(at::kFloat).sigmoid();
    }

  private:
    Options options_;
};

JETSMITH_REGISTER(Objective, "binary_cross_entropy", BinaryCrossEntropy);

}  // namespace
}  // namespace jetsmith
