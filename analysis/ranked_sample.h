// SPDX-License-Identifier: Apache-2.0
// A binary sample sorted once by falling score, with equal scores in one group. AUC, ROC, working
// points and every bootstrap replica walk over the same ranking.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetsmith::analysis {

/// Rows by falling score. Equal scores (0.0 and -0.0 among them) share a group.
struct Ranking {
    std::vector<uint32_t> order;  ///< (N,) positions of the rows, ties in ascending position
    std::vector<uint32_t> ends;   ///< of each group, in `order`
};

/// Stable radix sort: 32-bit keys when every score is a float32 value, else 64-bit ones. No NaN;
/// at most 2^32 - 1 scores.
Ranking rank(std::span<const double> scores);

/// Sums over the rows of a group, or over several groups.
struct GroupSums {
    double signal = 0, background = 0;                  ///< sums of weights
    double signal_squares = 0, background_squares = 0;  ///< sums of squared weights
    int64_t signal_rows = 0, background_rows = 0;

    GroupSums& operator+=(const GroupSums& other);
};

struct RankedSample {
    Ranking ranking;
    std::vector<uint8_t> signal;   ///< 1 or 0, in ranking order
    std::vector<double> weights;   ///< in ranking order; empty when unweighted
    std::vector<double> scores;    ///< of each group
    GroupSums total;
};

/// Sorts. `signal` holds 1 for signal and 0 for background; `weights` is empty or as long as the
/// scores and may be negative. Throws UserError when there is no signal or no background row, or
/// when the weights of either add up to zero or less, so that no efficiency is defined.
RankedSample rank_sample(std::span<const double> scores, std::span<const uint8_t> signal,
                         std::span<const double> weights = {});

/// Calls visit(group index, sums of that group) from the highest score down. weight(position in
/// ranking order) gives the weight of a row.
template <typename Weight, typename Visit>
void walk_groups(const RankedSample& sample, const Weight& weight, const Visit& visit)
{
    uint32_t position = 0;
    for (size_t group = 0; group < sample.ranking.ends.size(); ++group) {
        GroupSums sums;
        for (; position < sample.ranking.ends[group]; ++position) {
            const double w = weight(position);
            const bool is_signal = sample.signal[position];
            (is_signal ? sums.signal : sums.background) += w;
            (is_signal ? sums.signal_squares : sums.background_squares) += w * w;
            ++(is_signal ? sums.signal_rows : sums.background_rows);
        }
        visit(group, sums);
    }
}

/// The same with the sample's own weights.
template <typename Visit>
void walk_groups(const RankedSample& sample, const Visit& visit)
{
    if (sample.weights.empty())
        walk_groups(sample, [](uint32_t) { return 1.0; }, visit);
    else
        walk_groups(sample, [&](uint32_t position) { return sample.weights[position]; }, visit);
}

}  // namespace jetsmith::analysis
