// SPDX-License-Identifier: Apache-2.0
// Weighted histograms that lose nothing: what lies outside the range has bins of its own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetsmith::analysis {

struct Histogram {
    std::vector<double> edges;                    ///< n + 1, rising
    std::vector<double> sums, squares;            ///< (n,) sums of weights and of their squares
    double underflow = 0, underflow_squares = 0;  ///< below the first edge
    double overflow = 0, overflow_squares = 0;    ///< above the last edge; on it: the last bin
    int64_t undefined = 0;                        ///< NaN values, in no bin

    double total() const;
    void fill(double value, double weight = 1);
};

/// `bins` equal bins from low to high, nothing in them.
Histogram empty_histogram(int bins, double low, double high);

/// The same, filled. Weights: empty means all one.
Histogram histogram(std::span<const double> values, std::span<const double> weights, int bins,
                    double low, double high);

/// Jensen-Shannon divergence of the normalised bins in bits, from 0 (equal) to 1 (nothing in
/// common); both histograms have the same edges, and what lies outside counts as two more bins.
/// Negative sums count as none.
double jensen_shannon(const Histogram& first, const Histogram& second);

}  // namespace jetsmith::analysis
