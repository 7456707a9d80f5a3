// SPDX-License-Identifier: Apache-2.0
#include "models/model.h"

namespace jetsmith {

int64_t trainable_parameters(const Model& model)
{
    int64_t count = 0;
    for (const auto& parameter : model.parameters())
        if (parameter.requires_grad()) count += parameter.numel();
    return count;
}

}  // namespace jetsmith
