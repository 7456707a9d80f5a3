// SPDX-License-Identifier: Apache-2.0
#include "datasets/jet_kinematics.h"

#include <ATen/ops/empty.h>

#include <cmath>

#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith {

JetKinematics jet_kinematics(const float* momenta_P4, int64_t count)
{
    double e = 0, px = 0, py = 0, pz = 0;
    for (int64_t i = 0; i < count; ++i) {
        e += momenta_P4[4 * i];
        px += momenta_P4[4 * i + 1];
        py += momenta_P4[4 * i + 2];
        pz += momenta_P4[4 * i + 3];
    }
    JetKinematics jet;
    jet.pt = std::hypot(px, py);
    jet.eta = pz == 0 ? 0 : std::asinh(pz / jet.pt);
    jet.phi = std::atan2(py, px);
    const double squared = (e - pz) * (e + pz) - jet.pt * jet.pt;
    jet.mass = squared < 0 ? 0 : std::sqrt(squared);
    jet.multiplicity = count;
    return jet;
}

const std::vector<std::string>& jet_quantity_names()
{
    static const std::vector<std::string> names{"pt", "eta", "phi", "mass", "multiplicity"};
    return names;
}

double jet_quantity(const JetKinematics& jet, const std::string& name)
{
    if (name == "pt") return jet.pt;
    if (name == "eta") return jet.eta;
    if (name == "phi") return jet.phi;
    if (name == "mass") return jet.mass;
    if (name == "multiplicity") return static_cast<double>(jet.multiplicity);
    throw InternalError("'" + name + "' is not a jet quantity");
}

at::Tensor jet_quantity(const Collection& constituents, const std::string& name)
{
    const at::Tensor offsets_B1 = constituents.offsets_B1.cpu();
    const at::Tensor momenta_T4 = constituents.momenta_T4.cpu();
    const int64_t rows = offsets_B1.size(0) - 1;
    at::Tensor out_B = at::empty({rows}, at::kDouble);
    const auto* offsets = offsets_B1.const_data_ptr<int64_t>();
    const auto* momenta = momenta_T4.const_data_ptr<float>();
    auto* out = out_B.mutable_data_ptr<double>();
    parallel_for(rows, 4096, [&](int64_t begin, int64_t end) {
        for (int64_t b = begin; b < end; ++b)
            out[b] = jet_quantity(
                jet_kinematics(momenta + 4 * offsets[b], offsets[b + 1] - offsets[b]), name);
    });
    return out_B;
}

}  // namespace jetsmith
