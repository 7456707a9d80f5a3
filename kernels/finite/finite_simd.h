// SPDX-License-Identifier: Apache-2.0
// The sweep of finite.h on plain pointers.
#pragma once

#include "kernels/finite/finite_arguments.h"

namespace jetsmith::kernels {

/// True when no value of the span is NaN or infinite.
bool span_is_finite(const FiniteSpan& span);

}  // namespace jetsmith::kernels
