// SPDX-License-Identifier: Apache-2.0
#include "trainers/class_factors.h"

#include <ATen/ops/tensor.h>

#include <algorithm>

namespace jetsmith {

ClassFactors::ClassFactors(const std::vector<double>& factors, at::Device device)
{
    if (std::any_of(factors.begin(), factors.end(), [](double f) { return f != 1.0; }))
        factors_ = at::tensor(at::ArrayRef<double>(factors), at::kFloat).to(device);
}

void ClassFactors::apply(Batch& batch) const
{
    if (!factors_.defined()) return;
    if (batch.targets_BL.defined()) {
        const auto pairs_L2 = factors_.view({-1, 2});
        const auto without_L = pairs_L2.select(1, 0), with_L = pairs_L2.select(1, 1);
        batch.target_weights_BL = batch.targets_BL.mul(with_L.sub(without_L)).add(without_L);
    } else {
        batch.weights_B = batch.weights_B.mul(factors_.index_select(0, batch.labels_B));
    }
}

}  // namespace jetsmith
