// SPDX-License-Identifier: Apache-2.0
// What the attribute `settings` of a distance file says of its numbers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace jetsmith::analysis {

struct DistanceSettings {
    explicit DistanceSettings(const nlohmann::ordered_json& settings);

    /// Of the attribute. What a text that is no JSON object does not say is empty.
    static DistanceSettings of_text(const std::string& text);

    /// Of the distances: "GeV" between jets and between events; empty where weights or costs are
    /// shares (jets with --norm, isotropies).
    std::string unit;

    /// Of the largest certified gap: "of the larger total pT" where weights count; else as above.
    std::string gap_unit;

    std::string input, input_sha256;  ///< the first file whose rows were compared
};

}  // namespace jetsmith::analysis
