// SPDX-License-Identifier: Apache-2.0
#include "trainers/objective.h"

namespace jetsmith {

at::Tensor Objective::backward(Model& model, const Batch& batch, double scale) const
{
    const at::Tensor value = loss(model.forward(batch), batch);
    (scale == 1.0 ? value : value.mul(scale)).backward();
    return value.detach();
}

}  // namespace jetsmith
