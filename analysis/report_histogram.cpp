// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/errors.h"

namespace jetsmith::analysis {

double Histogram::total() const
{
    return std::accumulate(sums.begin(), sums.end(), underflow + overflow);
}

void Histogram::fill(double value, double weight)
{
    if (std::isnan(value)) {
        ++undefined;
    } else if (value < edges.front()) {
        underflow += weight, underflow_squares += weight * weight;
    } else if (value > edges.back()) {
        overflow += weight, overflow_squares += weight * weight;
    } else {
        const auto found = std::upper_bound(edges.begin(), edges.end(), value);
        const auto bin = std::min<int64_t>(found - edges.begin() - 1, std::ssize(sums) - 1);
        sums[bin] += weight, squares[bin] += weight * weight;
    }
}

Histogram empty_histogram(int bins, double low, double high)
{
    ensure(bins > 0 && low < high, "a histogram wants bins and a range");
    Histogram h;
    for (int i = 0; i <= bins; ++i) h.edges.push_back(low + (high - low) * i / bins);
    h.sums.resize(bins), h.squares.resize(bins);
    return h;
}

Histogram histogram(std::span<const double> values, std::span<const double> weights, int bins,
                    double low, double high)
{
    Histogram h = empty_histogram(bins, low, high);
    for (size_t i = 0; i < values.size(); ++i) h.fill(values[i], weights.empty() ? 1 : weights[i]);
    return h;
}

double jensen_shannon(const Histogram& first, const Histogram& second)
{
    ensure(first.edges == second.edges, "histograms that are compared want the same bins");
    const auto shares = [](const Histogram& h) {
        std::vector<double> all = h.sums;
        all.insert(all.end(), {h.underflow, h.overflow});
        for (double& sum : all) sum = std::max(sum, 0.0);
        const double total = std::accumulate(all.begin(), all.end(), 0.0);
        for (double& sum : all) sum /= total;
        return all;
    };
    const auto p = shares(first), q = shares(second);
    double bits = 0;
    for (size_t i = 0; i < p.size(); ++i) {
        const double middle = 0.5 * (p[i] + q[i]);
        if (p[i] > 0) bits += 0.5 * p[i] * std::log2(p[i] / middle);
        if (q[i] > 0) bits += 0.5 * q[i] * std::log2(q[i] / middle);
    }
    return std::max(bits, 0.0);
}

}  // namespace jetsmith::analysis
