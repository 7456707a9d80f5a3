// SPDX-License-Identifier: Apache-2.0
// A network: valid after construction, its options read from one YAML map. One self-registering
// .cpp per network; see docs/adding-a-model.md.
#pragma once

#include <torch/nn/module.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/batch.h"
#include "core/registry.h"

namespace jetsmith {

/// What a network says about a batch; parts that it does not predict stay undefined.
struct Prediction {
    at::Tensor logits_BC = {};                  ///< one column per class, before softmax
    at::Tensor reconstruction = {};             ///< same shape as what is reconstructed
    at::Tensor latent_BL = {};                  ///< position in the latent space
    std::map<std::string, at::Tensor> heads = {};  ///< further outputs by name
};

/// Learning from sums over the training rows, without gradients or steps.
class ClosedForm {
  public:
    virtual ~ClosedForm() = default;

    /// Adds the rows of a batch with their weights.
    virtual void add(const Batch& batch) = 0;

    /// Computes the model from all rows added. Throws UserError when they do not determine it.
    virtual void solve() = 0;
};

class Model : public torch::nn::Module {
  public:
    /// Reads only the members of the batch that its kind of input makes. Dropout and batch norm
    /// follow is_training().
    virtual Prediction forward(const Batch& batch) = 0;

    /// How a model learns that has no trainable parameters; nullptr for all others, which take
    /// steps.
    virtual ClosedForm* closed_form() { return nullptr; }
};

template <>
struct Family<Model> {
    static constexpr auto name = "model";
    using Make = std::unique_ptr<Model>(const BatchShape&);
};

/// Number of trainable parameters (buffers such as running means are not counted).
int64_t trainable_parameters(const Model& model);

}  // namespace jetsmith
