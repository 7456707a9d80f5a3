// SPDX-License-Identifier: Apache-2.0
// Are all values numbers? One sweep over memory that only reads: a value is NaN or infinite exactly
// where all bits of its exponent are set (IEEE 754-2019, 3.4), so that the largest magnitude, taken
// as an integer, tells.
#pragma once

#include <ATen/core/Tensor.h>

namespace jetsmith::kernels {

/// True when no element is NaN or infinite; undefined, empty and integer tensors hold numbers only.
/// values: float32, float64 or bfloat16, any shape and strides. On a GPU it waits for the device.
/// Throws InternalError for other floating types.
bool all_finite(const at::Tensor& values);

/// Sets flag to 1 where a tensor holds a NaN or an infinity and leaves it alone otherwise. Waits
/// for nothing: on a GPU it is one launch for up to 16 tensors and may be part of a captured graph.
///   tensors   as above, on the device of flag
///   flag      float32 scalar
void flag_non_finite(at::ArrayRef<at::Tensor> tensors, const at::Tensor& flag);

}  // namespace jetsmith::kernels
