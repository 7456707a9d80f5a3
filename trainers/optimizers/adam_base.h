// SPDX-License-Identifier: Apache-2.0
// What Adam and AdamW share: moments, step count and LibTorch's fused kernel.
#pragma once

#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

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
        config.read("lr", lr, "peak learning rate", positive);
        config.read("beta1", beta1, "decay of the mean gradient", from_below(0, 1));
        config.read("beta2", beta2, "decay of the mean squared gradient", from_below(0, 1));
        config.read("epsilon", epsilon, "added to the root of the mean square", positive);
        config.read("weight_decay", weight_decay, "pull towards zero", non_negative);
    }
};

class AdamBase : public Optimizer {
  public:
    AdamBase(const AdamOptions& options, const at::Tensor& values)
        : options_(options), mean_(at::zeros_like(values)), square_(at::zeros_like(values)),
          steps_(at::zeros({}, values.options().dtype(at::kFloat)))
    {
    }

    std::map<std::string, at::Tensor> state() override
    {
        return {{"mean", mean_}, {"square", square_}, {"steps", steps_}};
    }
    double learning_rate() const override { return options_.lr; }

  protected:
    AdamOptions options_;
    at::Tensor mean_, square_, steps_;
};

}  // namespace jetsmith::optimizers
