// SPDX-License-Identifier: Apache-2.0
// Figures of a matrix of distances: how far events of the same and of different classes are from
// each other, and the correlation dimension of each class.
#pragma once

#include <vector>

#include "analysis/read_distances.h"
#include "analysis/report_figures.h"
#include "analysis/row_classes.h"

namespace jetsmith::analysis {

/// All pairs by the classes of their events, each kind normalised to one: signal with signal,
/// signal with background, background with background. Of more than three classes all pairs of
/// different ones are one kind. Kinds without pairs are left out, and so is the figure without any.
std::vector<ReportFigure> pair_figures(const DistanceFile& distances, const RowClasses& classes);

/// dim(Q) of each class with its errors (correlation_dimension.h), over two decades in Q; classes
/// without a value are left out, and so is the figure without any.
std::vector<ReportFigure> dimension_figures(const DistanceFile& distances,
                                            const RowClasses& classes);

}  // namespace jetsmith::analysis
