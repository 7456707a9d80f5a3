// SPDX-License-Identifier: Apache-2.0
#include "trainers/optimizer.h"

#include <ATen/ops/where.h>

namespace jetsmith {

void assign_unless(const at::Tensor& skip, const at::Tensor& target, const at::Tensor& value)
{
    target.copy_(at::where(skip.to(at::kBool), target, value));
}

}  // namespace jetsmith
