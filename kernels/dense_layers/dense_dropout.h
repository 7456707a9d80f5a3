// SPDX-License-Identifier: Apache-2.0
// Dropout (Srivastava et al., JMLR 15 (2014) 1929) of a matrix in panels, in the calling thread.
#pragma once

#include <cstdint>

#include "kernels/dense_layers/dense_panels.h"

namespace jetsmith::kernels {

struct Dropout {
    uint64_t seed;
    uint32_t layer;
    int64_t first_row;  ///< of the matrix in the batch; a multiple of 4
    double probability;
};

/// Each value v of row b and column c becomes 0 with the probability, else v / (1 - probability).
/// Decided by word b mod 4 of philox({seed, Purpose::dropout, layer, c + 2^32 floor(b / 4)}, 0).
void drop(const Panels& values, const Dropout& dropout);

}  // namespace jetsmith::kernels
