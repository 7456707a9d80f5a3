// SPDX-License-Identifier: Apache-2.0
// Events as tensors, and what the kernels are told of them.
#pragma once

#include "kernels/emd/emd.h"

namespace jetsmith::kernels {

/// Pointers into both collections and the options; pairs and results are the caller's to fill in.
/// Throws InternalError for tensors of other shapes or types and for options out of range.
EmdArguments emd_arguments(const EmdEvents& first, const EmdEvents& second,
                           const EmdOptions& options);

/// The pairs, contiguous and on the host. Throws InternalError for other shapes or types and for
/// pairs outside the events.
at::Tensor emd_checked_pairs(const EmdEvents& first, const EmdEvents& second,
                             const at::Tensor& pairs_K2);

}  // namespace jetsmith::kernels
