// SPDX-License-Identifier: Apache-2.0
// Whether events have distances to others, without measuring them.
#pragma once

#include "kernels/emd/emd.h"

namespace jetsmith::kernels {

/// int8 (N), EmdStatus of each of the N events of `first`: ok where the weights and positions allow
/// a distance to every event of `second`, else what emd_matrix says of the first one to which they
/// do not. A solver that gives up (too_many_steps, not_certified) is not foreseen. On the CPU; a
/// pair takes as long as adding up its weights. Throws InternalError as emd_matrix.
at::Tensor emd_judge(const EmdEvents& first, const EmdEvents& second, const EmdOptions& options);

}  // namespace jetsmith::kernels
