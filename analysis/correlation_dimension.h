// SPDX-License-Identifier: Apache-2.0
// The correlation dimension of events at the distance scale Q: P. Komiske, E. Metodiev, J. Thaler,
// 1902.02346 (after P. Grassberger, I. Procaccia, Phys. Rev. Lett. 50 (1983) 346):
//     dim(Q) = Q d/dQ ln(number of pairs with a distance below Q)
// as finite differences between edges in Q.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/distances.h"

namespace jetsmith::analysis {

/// One bin in ln Q.
struct DimensionPoint {
    double low = 0, high = 0;  ///< edges, units of the distances
    double q = 0;              ///< the geometric mean of the edges
    int64_t pairs = 0;         ///< with a distance below `high`
    double dimension = 0;      ///< ln(pairs below high / pairs below low) / ln(high / low)
    double error = 0;          ///< one sigma
};

/// Edges rise and are above 0. The error is that of a jackknife which leaves out one event, with
/// all its pairs, at a time: pairs that share an event are not independent, and counting them as if
/// they were gives errors that are too small. The part of its variance that comes from pairs as
/// such, which it counts twice (B. Efron, C. Stein, Ann. Statist. 9 (1981) 586), is taken off once.
/// Dimension and error are NaN where no pair is below `low`; the error also where all such pairs
/// share one event. One pass over the distances.
std::vector<DimensionPoint> correlation_dimension(const Distances& distances,
                                                  std::span<const double> edges);

/// The same of some of the rows alone, each named once.
std::vector<DimensionPoint> correlation_dimension(const Distances& distances,
                                                  std::span<const int64_t> rows,
                                                  std::span<const double> edges);

/// `bins` + 1 edges from low to high, equally far apart in ln Q.
std::vector<double> log_edges(double low, double high, int bins);

}  // namespace jetsmith::analysis
