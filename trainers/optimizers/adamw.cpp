// SPDX-License-Identifier: Apache-2.0
// AdamW (Loshchilov, Hutter: 1711.05101, algorithm 2): weight decay acts on the values, not the gradient.
#include <ATen/ops/_fused_adamw.h>

#include "trainers/optimizers/adam_base.h"

namespace jetsmith::optimizers {
namespace {

class AdamW final : public AdamBase {
  public:
    struct Options : AdamOptions {
        explicit Options(Config& config) : AdamOptions(config, /*default_decay=*/0.01) {}
    };

    using AdamBase::AdamBase;

    void step(at::Tensor& values, const at::Tensor& gradients, const at::Tensor& learning_rate,
              const at::Tensor& skip) override
    {
        steps_.add_(1).sub_(skip);
        at::_fused_adamw_({values}, {gradients}, {mean_}, {square_}, /*max_exp_avg_sqs=*/{}, {steps_},
                       learning_rate, options_.beta1, options_.beta2, options_.weight_decay,
                       options_.epsilon, /*amsgrad=*/false, /*maximize=*/false,
                       /*grad_scale=*/{}, /*found_inf=*/skip);
    }
};

JETSMITH_REGISTER(Optimizer, "adamw", AdamW);

}  // namespace
}  // namespace jetsmith::optimizers
