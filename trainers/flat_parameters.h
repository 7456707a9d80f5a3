// SPDX-License-Identifier: Apache-2.0
// All trainable parameters of a model in one contiguous buffer, and all gradients in another: an
// optimizer, a gradient norm or a moving average is then one pass over memory, however many layers
// there are.
#pragma once

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include <string>
#include <vector>

namespace jetsmith {

class FlatParameters {
  public:
    /// Moves the parameters of `module` into the buffer; the module's tensors become views of it
    /// (4-D weights channels-last) and their gradients views of the gradient buffer.
    explicit FlatParameters(torch::nn::Module& module);

    const at::Tensor& values() const { return values_; }        ///< float32 or float64 (N,)
    const at::Tensor& gradients() const { return gradients_; }  ///< (N,)
    int64_t size() const { return values_.numel(); }
    void zero_gradients() { gradients_.zero_(); }

  private:
    at::Tensor values_, gradients_;
};

}  // namespace jetsmith
