// SPDX-License-Identifier: Apache-2.0
#include "analysis/mann_whitney.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jetsmith::analysis {
namespace {

/// Sum of w^2 (v - mean)^2 over the rows of one class, from its moments, as a variance of AUC.
struct Placements {
    double squares = 0, first = 0, second = 0;  // sum w^2, sum w^2 v, sum w^2 v^2

    void add(double w2, double v)
    {
        squares += w2;
        first += w2 * v;
        second += w2 * v * v;
    }

    double variance(double mean, double weight) const
    {
        const double deviation = second - 2 * mean * first + mean * mean * squares;
        const double freedom = weight * weight - squares;
        if (!(freedom > 0)) return std::numeric_limits<double>::quiet_NaN();
        return std::max(0.0, deviation) / freedom;
    }
};

}  // namespace

Auc mann_whitney_auc(const RankedSample& sample)
{
    const GroupSums& total = sample.total;
    GroupSums above;
    Placements signal, background;
    double pairs = 0;
    walk_groups(sample, [&](size_t, const GroupSums& here) {
        const double s = above.signal + 0.5 * here.signal;  // signal above this score
        const double b = total.background - above.background - 0.5 * here.background;
        pairs += here.background * s;
        // Placements as distances from 1, where good taggers have nearly all of them: the moments
        // then cancel less.
        signal.add(here.signal_squares, 1 - b / total.background);
        background.add(here.background_squares, 1 - s / total.signal);
        above += here;
    });
    Auc auc;
    auc.value = pairs / (total.signal * total.background);
    auc.error = std::sqrt(signal.variance(1 - auc.value, total.signal) +
                          background.variance(1 - auc.value, total.background));
    return auc;
}

AucInfluence auc_influence(const RankedSample& sample)
{
    const GroupSums& total = sample.total;
    const auto rows = sample.ranking.order.size();
    // Placement of a row: share of the other class that it is rightly ranked against.
    std::vector<double> of_signal, of_background;
    GroupSums above;
    double pairs = 0;
    walk_groups(sample, [&](size_t, const GroupSums& here) {
        const double s = above.signal + 0.5 * here.signal;
        const double b = total.background - above.background - 0.5 * here.background;
        pairs += here.background * s;
        of_signal.push_back(b / total.background);
        of_background.push_back(s / total.signal);
        above += here;
    });
    AucInfluence result{pairs / (total.signal * total.background), std::vector<double>(rows)};
    const auto norm = [](double weight, double squares) {  // NaN for one effective row
        const double freedom = weight * weight - squares;
        return freedom > 0 ? std::sqrt(freedom) : std::numeric_limits<double>::quiet_NaN();
    };
    const double signal_norm = norm(total.signal, total.signal_squares);
    const double background_norm = norm(total.background, total.background_squares);
    size_t group = 0;
    for (size_t position = 0; position < rows; ++position) {
        if (position == sample.ranking.ends[group]) ++group;
        const bool signal = sample.signal[position];
        const double weight = sample.weights.empty() ? 1.0 : sample.weights[position];
        const double placement = signal ? of_signal[group] : of_background[group];
        result.influence[sample.ranking.order[position]] =
            weight * (placement - result.auc) / (signal ? signal_norm : background_norm);
    }
    return result;
}

}  // namespace jetsmith::analysis
