// SPDX-License-Identifier: Apache-2.0
// Adam and AdamW but for where the weight decay acts, which is LibTorch's fused kernel of each.
#pragma once

#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include "core/float32_checks.h"
#include "trainers/optimizer.h"

namespace jetsmith::optimizers {

struct AdamOptions {
    double lr = 1e-3;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay;

    AdamOptions(Config& config, double default_decay) : weight_decay(default_decay)
    {
        config.read("lr", lr, "peak learning rate", positive, normal_float32);
        config.read("beta1", beta1, "decay of the mean gradient", from_below(0, 1));
        config.read("beta2", beta2, "decay of the mean squared gradient", from_below(0, 1));
        config.read("epsilon", epsilon, "added to the root of the mean square", positive,
                    normal_float32);
        config.read("weight_decay", weight_decay, "pull towards zero", non_negative,
                    finite_float32);
    }
};

/// LibTorch's fused update of lists of tensors, with the learning rate on the device.
using FusedAdam = void(at::TensorList values, at::TensorList gradients, at::TensorList means,
                       at::TensorList squares, at::TensorList largest_squares, at::TensorList steps,
                       const at::Tensor& learning_rate, double beta1, double beta2,
                       double weight_decay, double epsilon, bool amsgrad, bool maximize,
                       const std::optional<at::Tensor>& grad_scale,
                       const std::optional<at::Tensor>& found_inf);

class AdamBase : public Optimizer {
  public:
    AdamBase(FusedAdam& fused, const AdamOptions& options, const at::Tensor& values)
        : fused_(fused),
          options_(options),
          mean_(at::zeros_like(values)),
          square_(at::zeros_like(values)),
          steps_(at::zeros({}, values.options().dtype(at::kFloat)))
    {
    }

    void step(at::Tensor& values, const at::Tensor& gradients, const at::Tensor& learning_rate,
              const at::Tensor& skip) override
    {
        steps_.add_(1).sub_(skip);
        fused_({values}, {gradients}, {mean_}, {square_}, {}, {steps_}, learning_rate,
               options_.beta1, options_.beta2, options_.weight_decay, options_.epsilon,
               /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/{}, /*found_inf=*/skip);
    }

    std::map<std::string, at::Tensor> state() override
    {
        return {{"mean", mean_}, {"square", square_}, {"steps", steps_}};
    }
    double learning_rate() const override { return options_.lr; }

  private:
    FusedAdam& fused_;
    AdamOptions options_;
    at::Tensor mean_, square_, steps_;
};

}  // namespace jetsmith::optimizers
