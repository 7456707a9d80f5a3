// SPDX-License-Identifier: Apache-2.0
// The ROC curve as a table on a fixed grid of signal efficiencies: what roc.csv holds and what
// figures draw. Exact numbers come from the working points, never from a thinned curve.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/working_point.h"

namespace jetsmith::analysis {

/// 0.005, 0.010, ... 1: fine enough for a figure, small enough for a page of several taggers.
std::vector<double> roc_grid();

struct RocCurve {
    std::string name;   ///< tagger and, for more than two classes, signal class
    std::vector<WorkingPoint> points;
};

RocCurve roc_curve(std::string name, const RankedSample& sample);

/// Comma-separated text with a header line: tagger, signal_efficiency, background_efficiency,
/// background_efficiency_error, rejection, rejection_error, rejection_is_lower_limit,
/// background_rows, threshold. Names with commas or quotes are quoted; unknown numbers are empty.
std::string roc_csv(std::span<const RocCurve> curves);

}  // namespace jetsmith::analysis
