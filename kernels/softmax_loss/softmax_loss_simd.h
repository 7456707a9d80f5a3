// SPDX-License-Identifier: Apache-2.0
// The loop of softmax_loss.h on plain pointers, in the calling thread.
#pragma once

#include <cstdint>

namespace jetsmith::kernels {

struct SoftmaxLossArguments {
    const float* logits;    ///< (rows, classes)
    const int64_t* labels;  ///< (rows)
    const float* weights;   ///< (rows)
    int64_t rows, classes;
    double smoothing;
    double weight_sum;
    float* gradient;  ///< (rows, classes): of the loss in the logits; or null
};

/// sum_b w_b l_b.
double softmax_loss_loop(const SoftmaxLossArguments& arguments);

}  // namespace jetsmith::kernels
