// SPDX-License-Identifier: Apache-2.0
// What a training minimises and in which order it updates: the loss of a batch, the scores it
// implies, and the update itself (an adversary is an objective with more than one).
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <vector>

#include "core/batch.h"
#include "core/registry.h"
#include "models/model.h"

namespace jetsmith {

class Objective {
  public:
    virtual ~Objective() = default;

    /// Mean loss of the batch, weighted by its weights_B: a float32 scalar with a gradient.
    virtual at::Tensor loss(const Prediction& prediction, const Batch& batch) const = 0;

    /// Scores (B, C) in float32: class probabilities, independent probabilities of yes/no labels, or
    /// one column such as an anomaly score.
    virtual at::Tensor scores(const Prediction& prediction, const Batch& batch) const = 0;

    /// False for scores without a natural cut, such as an anomaly score: nothing is then decided,
    /// and only the ranking is measured.
    virtual bool scores_are_probabilities() const { return true; }

    /// Forward and backward for one batch: gradients are added to the parameters. `scale` is
    /// 1 / (number of accumulated batches). Returns the detached loss.
    virtual at::Tensor backward(Model& model, const Batch& batch, double scale) const;
};

template <>
struct Family<Objective> {
    static constexpr auto name = "objective";
    using Make = std::unique_ptr<Objective>();
};

}  // namespace jetsmith
