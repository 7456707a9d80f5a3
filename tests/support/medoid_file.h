// SPDX-License-Identifier: Apache-2.0
// Files as `jetsmith medoids --out` writes them, of medoids made by hand.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/hdf5/arrays.h"
#include "tests/support/transport_oracle.h"

namespace jetsmith::test {

struct ToyMedoids {
    std::vector<WeightedParticles> events;
    std::string settings;                       ///< JSON text
    std::vector<int64_t> labels = {};           ///< empty: of all rows alike
    std::vector<std::string> class_names = {};  ///< by label
};

/// All particles of the events, one member after the other.
template <typename T>
std::vector<T> joined(const std::vector<WeightedParticles>& events,
                      std::vector<T> WeightedParticles::*member)
{
    std::vector<T> all;
    for (const auto& event : events)
        all.insert(all.end(), (event.*member).begin(), (event.*member).end());
    return all;
}

inline void write_medoids(const std::filesystem::path& path, const ToyMedoids& medoids)
{
    hdf5::ArrayWriter file(path);
    file.integer("format_version", 1);
    file.text("content", "medoids");
    file.text("settings", medoids.settings);
    if (!medoids.labels.empty()) file.text("labels", "train.h5:labels");
    file.texts("class_names", medoids.class_names);
    auto labels = medoids.labels;
    labels.resize(medoids.events.size());
    file.column<int64_t>("medoid_label", labels);
    std::vector<int64_t> offsets{0};
    for (const auto& event : medoids.events)
        offsets.push_back(offsets.back() + std::ssize(event.x));
    file.column<int64_t>("medoid_offsets", offsets);
    const auto numbers = [&](const char* name, std::vector<double> WeightedParticles::*member) {
        const auto all = joined(medoids.events, member);
        if (!all.empty()) file.column<double>(name, all);
    };
    numbers("medoid_x", &WeightedParticles::x);
    numbers("medoid_y", &WeightedParticles::y);
    numbers("medoid_weight", &WeightedParticles::weight);
    numbers("medoid_pt", &WeightedParticles::pt);
    const auto objects = joined(medoids.events, &WeightedParticles::object);
    const std::vector<uint8_t> bytes(objects.begin(), objects.end());
    if (!bytes.empty()) file.column<uint8_t>("medoid_object", bytes);
    file.close();
}

}  // namespace jetsmith::test
