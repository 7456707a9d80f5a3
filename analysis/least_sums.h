// SPDX-License-Identifier: Apache-2.0
// The innermost loop of k-medoids, vectorised by Highway for the processor that it runs on.
#pragma once

#include <cstdint>

namespace jetsmith::analysis {

struct LeastSums {
    double near = 0;  ///< sum of min(tried, near)
    double far = 0;   ///< sum of min(tried, far)
};

/// Over `count` values without NaN; sums in double, eight side by side and so in the same order,
/// with the same bits, for every width of vectors.
LeastSums least_sums(const float* tried, const float* near, const float* far, int64_t count);

}  // namespace jetsmith::analysis
