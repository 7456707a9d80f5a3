// SPDX-License-Identifier: Apache-2.0
// Earth Mover's Distances on the sphere, where the plane of emd.h does not do:
//     min sum f_ij 2 (1 - cos theta_ij),  f_ij >= 0,  all of both events moved,
// theta_ij the angle between the directions of particles i and j (2004.06125, events of e+e-).
#pragma once

#include "kernels/emd/emd.h"

namespace jetsmith::kernels {

/// Distances of pairs_K2 as emd_pairs gives them, on the CPU: x_T is the pseudorapidity, y_T the
/// azimuth [rad] of a particle. Weights of both events add up to the same, else the status is
/// weights_differ. Gaps are bounded in units of that total times 4, the largest cost there is.
EmdResult emd_sphere_pairs(const EmdEvents& first, const EmdEvents& second,
                           const at::Tensor& pairs_K2, EmdTier tier);

}  // namespace jetsmith::kernels
