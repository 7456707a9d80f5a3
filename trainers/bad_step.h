// SPDX-License-Identifier: Apache-2.0
// Why a step was bad: it is made again, piece by piece, until the tensor and the rows are found.
#pragma once

#include <functional>
#include <string>

#include "core/errors.h"
#include "models/model.h"
#include "trainers/step_guard.h"

namespace jetsmith {

enum class BadCause { input, weights, parameter, loss, gradient };

struct BadStep {
    BadCause cause;
    std::string text;  ///< "train.h5: row 17: input 'met' is NaN (entry 3 of ...)"
};

/// How to make a step again.
struct StepAgain {
    const Input& input;
    Model& model;
    std::function<Batch(const RowPiece&)> batch;
    /// Takes gradients down and seeds what is random in the step.
    std::function<void()> begin;
    /// Forward and backward of a batch: its loss; gradients are added to the parameters'.
    std::function<at::Tensor(const Batch&)> loss;
};

/// Looks at parameters, what the model is given, loss and gradients, in this order, with the
/// parameters as they are. The model's buffers and mode stay as they are, gradients do not.
BadStep find_bad(const TakenStep& step, const StepAgain& again);

/// "parameter 'output.weight' is NaN (3 of 16 values; numbers are wanted)" for the first parameter
/// or buffer of a model that holds such; empty when none does.
std::string bad_parameter_text(const Model& model);

/// A run ends since a step was bad; nothing of the step was applied.
class BadStepError : public RunError {
  public:
    explicit BadStepError(const BadStep& step);
    BadCause cause;
    bool saved = false;  ///< there is a checkpoint of the state before the step
};

}  // namespace jetsmith
