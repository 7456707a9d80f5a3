// SPDX-License-Identifier: Apache-2.0
// Events as the tensors that emd.h wants.
#pragma once

#include <ATen/ops/from_blob.h>

#include <vector>

#include "kernels/emd/emd.h"
#include "tests/support/emd_batch.h"

namespace jetsmith::test {

inline at::Tensor tensor(const std::vector<double>& values)
{
    return at::from_blob(const_cast<double*>(values.data()), {static_cast<int64_t>(values.size())},
                         at::kDouble)
        .clone();
}

inline kernels::EmdEvents events_of(const std::vector<WeightedParticles>& all)
{
    const EmdBatch batch(all);
    const auto offsets = at::from_blob(const_cast<int64_t*>(batch.offsets.data()),
                                       {static_cast<int64_t>(batch.offsets.size())}, at::kLong);
    return {tensor(batch.x), tensor(batch.y), tensor(batch.weight), {}, {}, offsets.clone()};
}

}  // namespace jetsmith::test
