// SPDX-License-Identifier: Apache-2.0
// Conditions on config values that the computation takes as float32, where a number can become 0 or
// infinite that is neither in the config.
#pragma once

#include <cmath>

#include "core/config_checks.h"

namespace jetsmith {

/// Beside `positive`: stays above 0 and finite, also where subnormal numbers count as 0.
inline const NumberCheck normal_float32{"between 1.2e-38 and 3.4e+38, the range of float32",
                                        [](double v) { return v >= 1.2e-38 && v <= 3.4e38; }};

/// Beside `non_negative`, where 0 is as good as a tiny number: stays finite.
inline const NumberCheck finite_float32{"at most 3.4e+38, the limit of float32",
                                        [](double v) { return std::abs(v) <= 3.4e38; }};

}  // namespace jetsmith
