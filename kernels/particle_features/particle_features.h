// SPDX-License-Identifier: Apache-2.0
// Constituents of jets as the numbers that set networks read, ragged and without padding, in one
// pass per jet and on the device of the constituents. F features, T constituents of all chosen
// jets. Preprocessing of the energy flow networks (Komiske, Metodiev, Thaler, 1810.05165) and what
// later set networks add to it:
//
//  0. A constituent takes part when E, px, py, pz are finite, E > 0 and pt > 0; others count as
//     absent. Of more than `most`, the hardest take part (equal ones in the order of the file).
//  1. pt = hypot(px, py); y = asinh(pz / sqrt(E^2 - pz^2)), with pt in place of the root where
//     rounding makes it smaller than pt; eta = asinh(pz / pt); phi relative to the hardest
//     constituent, in [-pi, pi] (relative to 0 without centre).
//  2. centre: minus the pt-weighted mean of (y or eta, phi); or the direction of the summed
//     momentum; or the hardest constituent; or unchanged.
//  3. rotate: the axis of largest pt-weighted extent becomes the first axis; a round jet is left
//     alone. flip: each axis is mirrored so that the half with more pt lies above 0.
//  4. augment (training only): random flips of both axes, then a rotation by an angle from
//     [-rotation, rotation).
//  5. The features, in the order asked for; z = pt / summed pt of the constituents that take part.
//
// Sums are made in double; coordinates are float32. CPU and GPU agree up to rounding.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "kernels/particle_features/particle_features_arguments.h"

namespace jetsmith::kernels {

struct ParticleFeaturesOptions {
    std::vector<ParticleFeature> features{ParticleFeature::z, ParticleFeature::y,
                                          ParticleFeature::phi};  ///< not both of y and eta
    int64_t most = std::numeric_limits<int64_t>::max();           ///< constituents per jet
    JetCentre centre = JetCentre::pt_centroid;
    bool rotate = false;
    bool flip = false;
};

/// Step 4. Drawn from Philox with the key (seed, augment, epoch, row): core/random.h.
struct ParticleAugment {
    bool flips = false;
    double rotation = 0;  ///< largest angle [rad]
    uint64_t seed = 1;
    uint32_t epoch = 0;
    at::Tensor device_epoch;   ///< int64 scalar that stands for epoch when defined
    at::Tensor random_rows_B;  ///< int64 (B): row in the key of each jet
};

struct ParticleFeatures {
    at::Tensor features_TF;  ///< float32
    at::Tensor fractions_T;  ///< float32, z of each constituent: sums to 1 in every jet
    at::Tensor offsets_B1;   ///< int64
    at::Tensor sources_T;    ///< int64, position of each in the collection
};

/// The constituents of the jets `rows_B` of a ragged collection.
///   momenta_T4    float32 (constituents, 4) [GeV]: E, px, py, pz; contiguous
///   offsets_B1    int64 (jets + 1): jet b owns the constituents [offsets[b], offsets[b + 1])
///   rows_B        int64 (B), any order, repeats allowed
/// All on one device. A jet without constituents gives none. On CUDA the host waits once, for T.
/// Throws InternalError for other shapes or types and, on the CPU, for rows that do not exist
/// (which have no constituents on CUDA).
ParticleFeatures particle_features(const at::Tensor& momenta_T4, const at::Tensor& offsets_B1,
                                   const at::Tensor& rows_B, const ParticleFeaturesOptions& options,
                                   const std::optional<ParticleAugment>& augment = {});

}  // namespace jetsmith::kernels
