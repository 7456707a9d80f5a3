// SPDX-License-Identifier: Apache-2.0
// Rows of data as the EMD kernels want them: positions and weights in double precision. N rows, P
// slots, T particles of all rows.
#pragma once

#include <cstdint>
#include <span>

#include "datasets/event_store.h"
#include "inputs/emd_settings.h"
#include "kernels/emd/emd.h"

namespace jetsmith::inputs {

/// Rapidity 0.5 ln((E + pz) / (E - pz)) of a particle with its mass, as in 1902.02346; the
/// pseudorapidity asinh(pz / pt) where rounding leaves none, or one of 10 or more.
double rapidity(double energy, double pt, double pz);

/// Jets of particles with four-momenta: weight pT, rapidity (pseudorapidity for isotropy on the
/// sphere) and azimuth. Without particles of pT 0; the hardest settings.max_particles of each, and
/// those centred.
kernels::EmdEvents emd_jets(const Collection& particles, const EmdSettings& settings);

/// The same of pt, y, phi as they are given: values (N, P, 3), padded with pt 0. NaN and negative
/// pt stay, for the kernel to refuse.
kernels::EmdEvents emd_jets(std::span<const double> values, int64_t rows,
                            const EmdSettings& settings);

/// The particles that ground `jets` compares: settings.collection, or "constituents", or the only
/// collection; null where the store has no such.
const Collection* particles_of(const EventStore& store, const EmdSettings& settings);

/// Events of reconstructed objects: pseudorapidity, azimuth, pT and kind of each; weights add up to
/// 1. Throws UserError when a collection or column is not there.
kernels::EmdEvents emd_events(const EventStore& store, const EmdSettings& settings);

}  // namespace jetsmith::inputs
