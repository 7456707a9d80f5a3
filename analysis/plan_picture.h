// SPDX-License-Identifier: Apache-2.0
// Two jets and the optimal plan that turns one into the other, drawn in the plane.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace jetsmith::analysis {

struct PlanEvent {
    std::string name;            ///< in the legend
    std::vector<double> x, y;    ///< rapidity, azimuth; (N,)
    std::vector<double> weight;  ///< pT; (N,), above 0
};

/// An SVG document: particles as discs whose area is their weight, on one scale for both events,
/// and an arrow for whatever moves from one place to another, as wide as its share. Both axes have
/// the same scale. flow_NM: weight that moves from particle i of the first event to j of the
/// second.
std::string plan_svg(const PlanEvent& first, const PlanEvent& second,
                     std::span<const double> flow_NM);

}  // namespace jetsmith::analysis
