// SPDX-License-Identifier: Apache-2.0
// Softmax cross entropy over classes: sum_b w_b CE_b / sum_b w_b, with optional label smoothing
// (Szegedy et al., 1512.00567, eq. 6: the target keeps 1 - s and shares s among all classes).
#include <ATen/ops/softmax.h>

#include "kernels/softmax_loss/softmax_loss.h"
#include "trainers/objective.h"

namespace jetsmith {
namespace {

class CrossEntropy final : public Objective {
  public:
    struct Options {
        double label_smoothing = 0.0;

        explicit Options(Config& config)
        {
            config.read("label_smoothing", label_smoothing,
                        "share of the target spread evenly over all classes", from_below(0, 1));
        }
    };

    explicit CrossEntropy(const Options& options) : options_(options) {}

    at::Tensor loss(const Prediction& prediction, const Batch& batch) const override
    {
        if (batch.targets_BL.defined())
            throw UserError("objective.type: 'cross_entropy' wants one class per row (data.labels "
                            "gives several yes/no labels). Use binary_cross_entropy.");
        // Logits may come from autocast in bfloat16; log and sums are done in float32.
        return kernels::softmax_loss(logits_of(prediction), batch.labels_B, batch.weights_B,
                                     options_.label_smoothing);
    }

    at::Tensor scores(const Prediction& prediction, const Batch&) const override
    {
        return at::softmax(logits_of(prediction), /*dim=*/1);
    }

  private:
    /// In float32; autocast may have made them in bfloat16.
    static at::Tensor logits_of(const Prediction& prediction)
    {
        if (!prediction.logits_BC.defined())
            throw UserError("objective.type: 'cross_entropy' compares class scores (this model "
                            "makes none). Choose a classifier as model.type, or another "
                            "objective.");
        return prediction.logits_BC.to(at::kFloat);
    }

    Options options_;
};

JETSMITH_REGISTER(Objective, "cross_entropy", CrossEntropy);

}  // namespace
}  // namespace jetsmith
