// SPDX-License-Identifier: Apache-2.0
#include "models/layers/dense.h"

#include <ATen/autocast_mode.h>
#include <ATen/ops/dropout.h>
#include <ATen/ops/elu.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/leaky_relu.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/selu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>

#include <algorithm>
#include <map>

#include "core/errors.h"
#include "kernels/dense_layers/dense_layers.h"

namespace jetsmith::layers {
namespace {

using Function = at::Tensor (*)(const at::Tensor&);

const std::map<std::string, Function> kActivations{
    {"relu", [](const at::Tensor& x) { return x.relu_(); }},
    {"leaky_relu", [](const at::Tensor& x) { return at::leaky_relu(x, 0.01); }},
    {"elu", [](const at::Tensor& x) { return at::elu(x); }},
    {"selu", [](const at::Tensor& x) { return at::selu(x); }},
    {"gelu", [](const at::Tensor& x) { return at::gelu(x); }},
    {"silu", [](const at::Tensor& x) { return at::silu(x); }},
    {"tanh", [](const at::Tensor& x) { return at::tanh(x); }},
    {"sigmoid", [](const at::Tensor& x) { return at::sigmoid(x); }}};

}  // namespace

Activation::Activation(const std::string& name) : apply_(kActivations.at(name)) {}

std::vector<std::string> Activation::names()
{
    std::vector<std::string> all;
    for (const auto& [name, function] : kActivations) all.push_back(name);
    return all;
}

DenseOptions::DenseOptions(Config& config)
{
    config.read("activation", activation, "function after each hidden layer",
                one_of(Activation::names()));
    config.read("dropout", dropout, "probability after each hidden layer", from_below(0, 1));
    config.read("batch_norm", batch_norm, "normalise before each activation");
    config.read("residual", residual, "add a hidden layer's input to its output where both have "
                                      "the same width");
}

DenseStack::DenseStack(int64_t features, const std::vector<int64_t>& widths,
                       const DenseOptions& options)
    : activation_(options.activation),
      is_plain_relu_(options.activation == "relu" && !options.batch_norm && !options.residual),
      dropout_(options.dropout),
      width_(features)
{
    for (const int64_t next : widths) {
        const std::string name = fmt::format("dense{}", layers_.size());
        const auto linear = register_module(name, torch::nn::Linear(width_, next));
        Layer layer{linear->weight, linear->bias};
        if (options.batch_norm)
            layer.norm =
                register_module(fmt::format("norm{}", layers_.size()), torch::nn::BatchNorm1d(next));
        layer.adds_input = options.residual && width_ == next;
        layers_.push_back(std::move(layer));
        width_ = next;
    }
}

at::Tensor DenseStack::forward(at::Tensor x_BF)
{
    for (auto& layer : layers_) {
        at::Tensor next_BF = at::linear(x_BF, layer.weight, layer.bias);
        if (layer.norm) next_BF = layer.norm(next_BF);
        next_BF = activation_(next_BF);
        if (dropout_ > 0) next_BF = at::dropout(next_BF, dropout_, is_training());
        x_BF = layer.adds_input ? next_BF.add(x_BF) : next_BF;
    }
    return x_BF;
}

bool DenseStack::is_one_operation(const at::Tensor& x_BF, const torch::nn::Linear& output) const
{
    if (!is_plain_relu_ || !x_BF.is_cpu() || x_BF.scalar_type() != at::kFloat ||
        output->weight.scalar_type() != at::kFloat || at::autocast::is_autocast_enabled(at::kCPU))
        return false;
    int64_t widest = std::max(x_BF.size(1), output->weight.size(0));
    for (const auto& layer : layers_) widest = std::max(widest, layer.bias.size(0));
    return widest <= kernels::kWidestDenseLayer;
}

at::Tensor DenseStack::forward(const at::Tensor& x_BF, torch::nn::Linear& output)
{
    if (!is_one_operation(x_BF, output)) return output(forward(x_BF));
    std::vector<at::Tensor> parameters;
    for (const auto& layer : layers_)
        parameters.insert(parameters.end(), {layer.weight, layer.bias});
    parameters.insert(parameters.end(), {output->weight, output->bias});
    return kernels::dense_layers(x_BF, parameters, is_training() ? dropout_ : 0);
}

}  // namespace jetsmith::layers
