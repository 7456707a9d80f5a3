// SPDX-License-Identifier: Apache-2.0
// Jets as plain datasets (N, P, 3) of pt, y, phi, padded with zeros; what `jetsmith emd` writes;
// and the distance of two jets that one can compute by hand.
#pragma once

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/temp_hdf5.h"
#include "tests/support/toy_jets.h"

namespace jetsmith::test {

/// (N, slots, 3); particles beyond the last slot are left out.
inline std::vector<double> plain_jets(const std::vector<toy::Jet>& jets, size_t slots)
{
    std::vector<double> values(3 * slots * jets.size(), 0.0);
    for (size_t row = 0; row < jets.size(); ++row)
        for (size_t i = 0; i < std::min(slots, jets[row].size()); ++i) {
            const auto& p = jets[row][i];
            double* to = values.data() + 3 * (row * slots + i);
            to[0] = p.pt, to[1] = p.eta, to[2] = p.phi;
        }
    return values;
}

/// Datasets `jets` (N, slots, 3) and `pairs` (K, 2).
inline void write_plain_jets(const std::filesystem::path& path, const std::vector<toy::Jet>& jets,
                             size_t slots, const std::vector<int64_t>& pairs = {})
{
    Hdf5Writer file(path);
    file.dataset("jets", plain_jets(jets, slots), {jets.size(), slots, 3});
    if (!pairs.empty()) file.dataset("pairs", pairs, {pairs.size() / 2, 2});
}

/// 1902.02346, eq. 1, of two jets of one particle each.
inline double distance_of_singles(const toy::Particle& a, const toy::Particle& b, double radius)
{
    const double apart = std::hypot(a.eta - b.eta, std::remainder(a.phi - b.phi, 2 * M_PI));
    return std::min(a.pt, b.pt) * apart / radius + std::abs(a.pt - b.pt);
}

/// Jets of one particle each.
inline std::vector<toy::Jet> single_particles(size_t count)
{
    std::vector<toy::Jet> jets;
    for (size_t row = 0; row < count; ++row) {
        const auto r = static_cast<double>(row);
        jets.push_back({{50 + 7 * r, 0.3 * std::sin(r), 0.2 * std::cos(3 * r)}});
    }
    return jets;
}

}  // namespace jetsmith::test
