// SPDX-License-Identifier: Apache-2.0
// Kinematics of a jet from the sum of its constituents, accumulated in double.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/event_store.h"

namespace jetsmith {

struct JetKinematics {
    double pt = 0;             ///< [GeV]
    double eta = 0;            ///< pseudorapidity; 0 for a jet without momentum
    double phi = 0;            ///< in (-pi, pi]
    double mass = 0;           ///< [GeV]; 0 where rounding makes its square negative
    int64_t multiplicity = 0;  ///< number of constituents
};

/// momenta_P4: count x (E, px, py, pz) [GeV].
JetKinematics jet_kinematics(const float* momenta_P4, int64_t count);

/// "pt", "eta", "phi", "mass", "multiplicity": the names that selections and observers know.
const std::vector<std::string>& jet_quantity_names();
double jet_quantity(const JetKinematics& jet, const std::string& name);

/// One quantity of every jet: float64 (B) on the CPU.
at::Tensor jet_quantity(const Collection& constituents, const std::string& name);

}  // namespace jetsmith
