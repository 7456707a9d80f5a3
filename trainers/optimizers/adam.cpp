// SPDX-License-Identifier: Apache-2.0
// Adam (Kingma, Ba: 1412.6980, algorithm 1); weight decay is added to the gradient.
#include <ATen/ops/_fused_adam.h>

#include "trainers/optimizers/adam_base.h"

namespace jetsmith::optimizers {
namespace {

class Adam final : public AdamBase {
  public:
    struct Options : AdamOptions {
        explicit Options(Config& config) : AdamOptions(config, /*default_decay=*/0.0) {}
    };

    Adam(const Options& options, const at::Tensor& values)
        : AdamBase(at::_fused_adam_, options, values)
    {
    }
};

JETSMITH_REGISTER(Optimizer, "adam", Adam);

}  // namespace
}  // namespace jetsmith::optimizers
