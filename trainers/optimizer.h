// SPDX-License-Identifier: Apache-2.0
// Update rules over the flat parameter buffer. Learning rate, step count and skip flag live on the
// device, so that a step never waits for the host and can be part of a captured CUDA graph.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <string>

#include "core/registry.h"

namespace jetsmith {

class Optimizer {
  public:
    virtual ~Optimizer() = default;

    /// One update of `values` (N,) in place.
    /// gradients: (N,); learning_rate: 0-dim; skip: 0-dim, 1 leaves values and state untouched.
    virtual void step(at::Tensor& values, const at::Tensor& gradients,
                      const at::Tensor& learning_rate, const at::Tensor& skip) = 0;

    /// Buffers that a resumed run needs, by name; the tensors are the live ones, not copies.
    virtual std::map<std::string, at::Tensor> state() = 0;

    /// Peak learning rate from the config; the schedule scales it.
    virtual double learning_rate() const = 0;
};

template <>
struct Family<Optimizer> {
    static constexpr auto name = "optimizer";
    /// values: the flat parameter buffer, for size, type and device of the state.
    using Make = std::unique_ptr<Optimizer>(const at::Tensor& values);
};

/// target = value where skip is 0: the common last line of every update rule.
void assign_unless(const at::Tensor& skip, const at::Tensor& target, const at::Tensor& value);

}  // namespace jetsmith
