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

    AdamW(const Options& options, const at::Tensor& values)
        : AdamBase(at::_fused_adamw_, options, values)
    {
    }
};

JETSMITH_REGISTER(Optimizer, "adamw", AdamW);

}  // namespace
}  // namespace jetsmith::optimizers
