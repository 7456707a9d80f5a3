// SPDX-License-Identifier: Apache-2.0
// Jets made up from random numbers: one to three prongs of falling pt in a cone of R = 0.8, pt
// 550-650 GeV, 10 to 90 constituents, like the top-tagging reference set in size and shape only.
// A jet is a function of (seed, row) and of nothing else.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/random.h"
#include "datasets/event_store.h"

namespace jetsmith::toy {

/// One massless constituent.
struct Particle {
    double pt = 1, eta = 0, phi = 0;
};
using Jet = std::vector<Particle>;

/// The n-th number in [0, 1) of this jet.
class Numbers {
  public:
    Numbers(uint64_t seed, uint64_t row) : key_{seed, Purpose::sample, 0, row} {}
    double uniform() { return random_uniform(key_, index_++); }
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    double gauss()
    {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }

  private:
    RandomKey key_;
    uint32_t index_ = 0;
};

inline double wrapped(double phi) { return std::remainder(phi, 2.0 * std::numbers::pi); }

inline Jet jet(uint64_t row, uint64_t seed = 1, int constituents = 0)
{
    Numbers random(seed, row);
    const int n = constituents > 0 ? constituents : static_cast<int>(random.uniform(10, 90));
    const int prongs = 1 + static_cast<int>(random.uniform(0, 3));
    const double eta = random.uniform(-2, 2);
    const double phi = random.uniform(-std::numbers::pi, std::numbers::pi);
    Jet centres, all;
    for (int i = 0; i < prongs; ++i)
        centres.push_back({random.uniform(0.2, 1), 0.3 * random.gauss(), 0.3 * random.gauss()});
    double total = 0;
    for (int i = 0; i < n; ++i) {
        const auto& prong = centres[static_cast<size_t>(i % prongs)];
        const double pt = prong.pt * std::exp(-3.0 * random.uniform());
        const double size = 0.15 * random.uniform();
        all.push_back({pt, eta + prong.eta + size * random.gauss(),
                       wrapped(phi + prong.phi + size * random.gauss())});
        total += pt;
    }
    const double scale = random.uniform(550, 650) / total;
    for (auto& particle : all) particle.pt *= scale;
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.pt > b.pt; });
    return all;
}

inline std::vector<Jet> jets(int count, uint64_t seed = 1)
{
    std::vector<Jet> all;
    for (int row = 0; row < count; ++row) all.push_back(jet(static_cast<uint64_t>(row), seed));
    return all;
}

/// The jets as a ragged collection of float32 momenta.
inline Collection collection(const std::vector<Jet>& jets)
{
    int64_t total = 0;
    for (const auto& jet : jets) total += static_cast<int64_t>(jet.size());
    Collection out;
    out.offsets_B1 = at::empty({static_cast<int64_t>(jets.size()) + 1}, at::kLong);
    out.momenta_T4 = at::empty({total, 4}, at::kFloat);
    auto* offset = out.offsets_B1.mutable_data_ptr<int64_t>();
    auto* p = out.momenta_T4.mutable_data_ptr<float>();
    *offset = 0;
    for (const auto& jet : jets) {
        for (const auto& [pt, eta, phi] : jet) {
            *p++ = static_cast<float>(pt * std::cosh(eta));
            *p++ = static_cast<float>(pt * std::cos(phi));
            *p++ = static_cast<float>(pt * std::sin(phi));
            *p++ = static_cast<float>(pt * std::sinh(eta));
        }
        offset[1] = offset[0] + static_cast<int64_t>(jet.size());
        ++offset;
    }
    return out;
}

/// A store of toy jets: labels 0, 1, 0, 1, ..., weights 1, source rows 0, 1, 2, ...
inline EventStore store(const std::vector<Jet>& jets)
{
    EventStore out;
    out.rows = static_cast<int64_t>(jets.size());
    out.collections["constituents"] = collection(jets);
    out.labels_B = at::empty({out.rows}, at::kLong);
    out.weights_B = at::empty({out.rows}, at::kDouble).fill_(1.0);
    out.source_rows_B = at::empty({out.rows}, at::kLong);
    out.source_files_B = at::empty({out.rows}, at::kInt).zero_();
    for (int64_t row = 0; row < out.rows; ++row) {
        out.labels_B.mutable_data_ptr<int64_t>()[row] = row % 2;
        out.source_rows_B.mutable_data_ptr<int64_t>()[row] = row;
    }
    out.class_names = {"background", "signal"};
    out.files = {"toy"};
    return out;
}

}  // namespace jetsmith::toy
