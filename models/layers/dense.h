// SPDX-License-Identifier: Apache-2.0
// Fully connected layers one after the other: the body of networks on rows of numbers.
#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/linear.h>

#include <string>
#include <vector>

#include "core/config.h"

namespace jetsmith::layers {

/// max(x, 0), tanh x, ... by the name that configs use.
class Activation {
  public:
    Activation() = default;
    explicit Activation(const std::string& name);

    /// Of x, which may be overwritten. Differentiable.
    at::Tensor operator()(const at::Tensor& x) const { return apply_(x); }

    static std::vector<std::string> names();

  private:
    at::Tensor (*apply_)(const at::Tensor&) = nullptr;
};

struct DenseOptions {
    std::string activation = "relu";
    double dropout = 0;
    bool batch_norm = false;
    bool residual = false;

    DenseOptions() = default;
    explicit DenseOptions(Config& config);
};

/// For each width: x W^T + b, batch norm on request, activation, dropout; with `residual` the input
/// is added where it has the same width. Parameters are drawn as torch's Linear draws them.
class DenseStack : public torch::nn::Module {
  public:
    DenseStack(int64_t features, const std::vector<int64_t>& widths, const DenseOptions& options);

    int64_t width() const { return width_; }
    at::Tensor forward(at::Tensor x_BF);
    /// output(forward(x)); on the CPU in one operation, where that is faster.
    at::Tensor forward(const at::Tensor& x_BF, torch::nn::Linear& output);

  private:
    struct Layer {
        at::Tensor weight, bias;
        torch::nn::BatchNorm1d norm{nullptr};
        bool adds_input = false;
    };

    bool is_one_operation(const at::Tensor& x_BF, const torch::nn::Linear& output) const;

    Activation activation_;
    bool is_plain_relu_;  ///< no batch norm, nothing added
    double dropout_;
    int64_t width_;
    std::vector<Layer> layers_;
};

}  // namespace jetsmith::layers
