// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ATen/ops/arange.h>
#include <ATen/ops/zeros.h>

#include <utility>
#include <vector>

#include "inputs/input.h"

namespace jetsmith::test {

/// Lets an input learn from a store.
inline void fit(Input& input, const EventStore& store, const std::vector<double>& class_weights = {})
{
    ResidentFeed rows(store);
    input.fit(rows, class_weights);
}

/// Rows of which nothing is known but their weights (float64).
inline ResidentFeed rows_of_weight(const at::Tensor& weights_B)
{
    EventStore store;
    store.rows = weights_B.size(0);
    store.weights_B = weights_B;
    store.source_rows_B = at::arange(store.rows, at::kLong);
    store.source_files_B = at::zeros({store.rows}, at::kInt);
    return ResidentFeed(std::move(store));
}

}  // namespace jetsmith::test
