// SPDX-License-Identifier: Apache-2.0
// Standardisation of rows of numbers by what the training data show: (v - mean) / deviation of each
// feature, with the weights that rows have in the loss. B rows, F features.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "inputs/input.h"
#include "kernels/formula/formula.h"

namespace jetsmith::inputs {

/// Weights of some training rows as the loss uses them: event weight x factor of the class (empty:
/// 1). float64 (B) on the CPU.
at::Tensor training_weights(const RowPiece& piece, const std::vector<double>& class_weights);

/// Float64 (F) each.
struct FeatureStatistics {
    at::Tensor mean_F, deviation_F;
};

/// Weighted mean and standard deviation of every feature over the training rows; block(piece) makes
/// them as float32 (n, F) on the CPU, NaN where a feature is absent: such rows do not count. A
/// feature that does not vary has deviation 1. Negative weights count as such; where they leave no
/// positive variance, their sizes are taken. Plain sums in double, in fixed order: the result does
/// not depend on the number of threads.
FeatureStatistics feature_statistics(RowFeed& train, const std::vector<double>& class_weights,
                                     const std::function<at::Tensor(const RowPiece&)>& block);

/// The learned part of an input that makes features_BF.
class FeatureStandardiser {
  public:
    explicit FeatureStandardiser(bool active) : active_(active) {}

    bool active() const { return active_; }
    void use(FeatureStatistics statistics);
    InputState state() const;

    /// Throws UserError when the state is not that of `features` features.
    void load_state(const InputState& state, int64_t features);

    /// Copies of the tables on a device; empty when inactive. Throws InternalError before use() or load_state().
    kernels::FormulaScale scale(const at::Device& device) const;

  private:
    bool active_;
    FeatureStatistics statistics_;
    kernels::FormulaScale host_;
};

}  // namespace jetsmith::inputs
