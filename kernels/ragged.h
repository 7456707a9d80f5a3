// SPDX-License-Identifier: Apache-2.0
// Rows with any number of parts each, one behind the other: what the kernels on them want. T parts
// of B rows; row b has parts offsets[b] to offsets[b + 1] - 1.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace jetsmith::kernels {

/// Throws InternalError unless offsets are contiguous int64 (B + 1).
void check_offsets(const at::Tensor& offsets_B1);

/// Throws InternalError unless checked offsets on the CPU rise from 0 to `parts`; those elsewhere
/// would have to be waited for.
void check_rising(const at::Tensor& offsets_B1, int64_t parts);

/// Four-momenta of all particles, where jets begin, and the jets that are wanted: contiguous
/// float32 (T, 4), offsets of all jets, int64 (B), all on one device. Throws InternalError
/// otherwise.
void check_jets(const at::Tensor& momenta_T4, const at::Tensor& offsets, const at::Tensor& rows_B);

}  // namespace jetsmith::kernels
