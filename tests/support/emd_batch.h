// SPDX-License-Identifier: Apache-2.0
// Events, pairs and results in ordinary memory, as EmdArguments wants them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include "kernels/emd/emd_arguments.h"
#include "tests/support/toy_jets.h"
#include "tests/support/transport_oracle.h"

namespace jetsmith::test {

/// A toy jet: rapidity, azimuth, pt.
inline WeightedParticles toy_particles(uint64_t row, int constituents, uint64_t seed = 1)
{
    WeightedParticles out;
    for (const auto& [pt, eta, phi] : toy::jet(row, seed, constituents)) {
        out.x.push_back(eta);
        out.y.push_back(phi);
        out.weight.push_back(pt);
    }
    return out;
}

/// The same about its axis, where jets of one sample can be compared.
inline WeightedParticles centred(WeightedParticles jet)
{
    const double x0 = jet.x.front(), y0 = jet.y.front();
    for (size_t i = 0; i < jet.size(); ++i) {
        jet.x[i] -= x0;
        jet.y[i] = std::remainder(jet.y[i] - y0, 2.0 * std::numbers::pi);
    }
    return jet;
}

struct EmdBatch {
    std::vector<WeightedParticles> events;
    std::vector<double> x, y, weight, pt;
    std::vector<int8_t> object;
    std::vector<int64_t> offsets{0}, pairs;
    std::vector<double> matrix;
    kernels::EmdArguments options{};  ///< ground, radius, ...; pointers are set by arguments()

    std::vector<double> values, gaps;
    std::vector<kernels::EmdStatus> status;
    std::vector<int64_t> objectives;
    std::vector<int32_t> pivots;

    /// Pairs (0, 1), (2, 3), ...
    explicit EmdBatch(const std::vector<WeightedParticles>& all) : events(all)
    {
        const auto append = [](auto& to, const auto& from) {
            to.insert(to.end(), from.begin(), from.end());
        };
        for (const auto& event : events) {
            append(x, event.x);
            append(y, event.y);
            append(weight, event.weight);
            append(pt, event.pt);
            append(object, event.object);
            offsets.push_back(static_cast<int64_t>(weight.size()));
        }
        for (size_t e = 0; e + 1 < events.size(); e += 2)
            append(pairs, std::vector{static_cast<int64_t>(e), static_cast<int64_t>(e) + 1});
        options.tier = kernels::EmdTier::fast;
        options.radius = options.beta = 1.0;
        std::fill(std::begin(options.id), std::end(options.id), 1.0);
    }

    const WeightedParticles& first(size_t pair) const
    {
        return events[static_cast<size_t>(pairs[2 * pair])];
    }
    const WeightedParticles& second(size_t pair) const
    {
        return events[static_cast<size_t>(pairs[2 * pair + 1])];
    }
    size_t count() const { return pairs.size() / 2; }

    kernels::EmdArguments arguments()
    {
        values.assign(count(), 0.0), gaps = values;
        status.assign(count(), kernels::EmdStatus::ok);
        objectives.assign(count(), 0);
        pivots.assign(count(), 0);
        kernels::EmdArguments a = options;
        const bool described = !object.empty();
        a.first = {x.data(),
                   y.data(),
                   weight.data(),
                   described ? pt.data() : nullptr,
                   object.data(),
                   offsets.data(),
                   static_cast<int64_t>(events.size())};
        a.second = a.first;
        a.matrix = matrix.data();
        a.pairs = pairs.data();
        a.count = static_cast<int64_t>(count());
        a.values = values.data(), a.gaps = gaps.data(), a.status = status.data();
        a.objectives = objectives.data(), a.pivots = pivots.data();
        return a;
    }
};

}  // namespace jetsmith::test
