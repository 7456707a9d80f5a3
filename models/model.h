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

class Model : public torch::nn::Module {
  public:
    /// Reads only the members of the batch that its kind of input makes. Dropout and batch norm
    /// follow is_training().
    virtual Prediction forward(const Batch& batch) = 0;
};

template <>
struct Family<Model> {
    static constexpr auto name = "model";
    using Make = std::unique_ptr<Model>(const BatchShape&);
};

/// Number of trainable parameters (buffers such as running means are not counted).
int64_t trainable_parameters(const Model& model);

}  // namespace jetsmith
