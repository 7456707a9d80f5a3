// SPDX-License-Identifier: Apache-2.0
// What the kernels that describe constituents are told: plain pointers and numbers, the same for
// the CPU and CUDA.
#pragma once

#include <cstdint>

#include "kernels/pixelate/pixelate_arguments.h"  // JetCentre

namespace jetsmith::kernels {

enum class ParticleFeature : int32_t {
    z,                    ///< pt over the summed pt of the jet
    log_z,                ///< its natural logarithm
    log_pt,               ///< ln(pt / GeV)
    log_energy,           ///< ln(E / GeV)
    log_energy_fraction,  ///< ln(E / summed E)
    y,                    ///< rapidity relative to the centre, first axis of the frame
    eta,                  ///< the same for the pseudorapidity
    phi,                  ///< second axis of the frame
    dr,                   ///< distance to the centre
};

constexpr int kParticleFeatures = 9;

struct ParticleFeaturesArguments {
    // Constituents of all jets; jet b owns [offsets[b], offsets[b + 1]).
    const float* momenta;    ///< (constituents, 4): E, px, py, pz
    const int64_t* offsets;  ///< (store_jets + 1)
    int64_t store_jets;

    const int64_t* rows;  ///< (jets): which jet becomes 0, 1, ...
    int64_t jets;
    int64_t most;  ///< constituents of a jet that take part

    int64_t* counts;  ///< (jets), the result of counting

    // What follows is for the second pass, which writes.
    const int64_t* out_offsets;  ///< (jets + 1)
    float* located;              ///< (T, 4): pt, E, rapidity or pseudorapidity, phi; scratch
    float* features;             ///< (T, feature_count)
    float* fractions;            ///< (T)
    int64_t* sources;            ///< (T): position among all constituents
    int32_t feature_count;
    ParticleFeature feature[kParticleFeatures];
    JetCentre centre;
    bool pseudorapidity, rotate, flip;

    bool augment, random_flips;
    double random_rotation;
    uint64_t seed;
    uint32_t epoch;
    const int64_t* device_epoch;  ///< replaces epoch when not null
    const int64_t* random_rows;   ///< (jets): keys of the random numbers
};

}  // namespace jetsmith::kernels
