// SPDX-License-Identifier: Apache-2.0
// Jets made of a few numbers, files that hold them in the published layouts, and readers from YAML.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/config.h"
#include "datasets/reader.h"
#include "tests/support/temp_hdf5.h"

namespace jetsmith::test {

struct ToyJet {
    std::vector<std::array<float, 4>> constituents;  ///< E, px, py, pz
    int64_t label = 0;
};

/// Massless constituents, hardest first, up to `slots` of them; label by the row's parity.
inline std::vector<ToyJet> make_toy_jets(size_t count, size_t slots, uint32_t seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.05, 1.0);
    std::vector<ToyJet> jets(count);
    for (size_t b = 0; b < count; ++b) {
        jets[b].label = static_cast<int64_t>(b % 2);
        double pt = 300 * uniform(random);
        const size_t n = 1 + random() % slots;
        for (size_t i = 0; i < n; ++i, pt *= 0.9) {
            const double eta = uniform(random) - 0.5, phi = 2 * uniform(random);
            jets[b].constituents.push_back(
                {static_cast<float>(pt * std::cosh(eta)), static_cast<float>(pt * std::cos(phi)),
                 static_cast<float>(pt * std::sin(phi)), static_cast<float>(pt * std::sinh(eta))});
        }
    }
    return jets;
}

/// The top-tagging layout with `slots` slots; extra columns: mass (float) = row + 0.5, ttv = 7.
inline void write_top_tagging(const std::filesystem::path& path, const std::vector<ToyJet>& jets,
                              size_t slots, const Storage& storage)
{
    PandasTable frame;
    for (size_t i = 0; i < slots; ++i)
        for (const char* component : {"E_", "PX_", "PY_", "PZ_"})
            frame.floats.push_back(component + std::to_string(i));
    frame.floats.push_back("truth_mass");
    frame.ints = {"ttv", "is_signal_new"};
    for (size_t b = 0; b < jets.size(); ++b) {
        std::vector<double> row(4 * slots, 0.0);
        for (size_t i = 0; i < jets[b].constituents.size(); ++i)
            for (size_t c = 0; c < 4; ++c) row[4 * i + c] = jets[b].constituents[i][c];
        row.push_back(static_cast<double>(b) + 0.5);
        row.push_back(7);
        row.push_back(static_cast<double>(jets[b].label));
        frame.rows.push_back(std::move(row));
    }
    Hdf5Writer file(path);
    frame.write(file, storage);
}

/// A reader from the text of a `data:` section.
inline std::unique_ptr<Reader> reader_from(const std::string& yaml)
{
    Config config(parse_yaml(yaml, "test.yaml"), "data", "test");
    return Registry<Reader>::make(config);
}

inline std::vector<int64_t> integers(const at::Tensor& tensor)
{
    const auto* values = tensor.const_data_ptr<int64_t>();
    return {values, values + tensor.numel()};
}

inline std::vector<float> floats(const at::Tensor& tensor)
{
    const auto* values = tensor.const_data_ptr<float>();
    return {values, values + tensor.numel()};
}

/// The constituents of row b of a store.
inline std::vector<std::array<float, 4>> constituents(const EventStore& store, int64_t b)
{
    const auto& jets = store.constituents();
    const auto* offsets = jets.offsets_B1.const_data_ptr<int64_t>();
    const auto* momenta = jets.momenta_T4.const_data_ptr<float>();
    std::vector<std::array<float, 4>> all;
    for (int64_t i = offsets[b]; i < offsets[b + 1]; ++i)
        all.push_back({momenta[4 * i], momenta[4 * i + 1], momenta[4 * i + 2], momenta[4 * i + 3]});
    return all;
}

}  // namespace jetsmith::test
