// SPDX-License-Identifier: Apache-2.0
// Background efficiency and rejection at a given signal efficiency. One rule for the whole
// program, because public codes use four that differ.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/ranked_sample.h"

namespace jetsmith::analysis {

/// The rule's name and sentence, printed with every rejection.
inline constexpr auto kRejectionRule = "first-crossing, linear in eps_B";
inline constexpr auto kRejectionRuleText =
    "1/eps_B where the signal efficiency, walked down from the highest score, first reaches eps_S; "
    "eps_B linear between neighbouring ROC points";

struct WorkingPoint {
    double signal_efficiency = 0;
    double background_efficiency = 0;
    double background_error = 0;  ///< one sigma of background_efficiency
    double rejection = 0;         ///< 1/eps_B, or its 95 % lower limit
    double rejection_error = 0;   ///< one sigma; NaN for a limit
    bool lower_limit = false;
    int64_t background_rows = 0;  ///< with a score at or above the threshold
    double threshold = 0;         ///< score at which the efficiency is reached
};

/// One working point per efficiency, each in (0, 1]. ROC points lie between groups of equal
/// score. The error is that of the background count alone, binomial or, with weights, from the sums of
/// squared weights: var(eps_B) = [(1 - eps_B)^2 sum_pass w^2 + eps_B^2 sum_fail w^2] / W^2. No
/// passing row gives the 95 % upper limit on eps_B of Clopper and Pearson for 0 of N_eff = W^2 /
/// sum w^2 rows. With negative weights eps_B may be 0 or less although rows pass: the limit is
/// then 1.645 standard deviations above 0.
std::vector<WorkingPoint> working_points(const RankedSample& sample,
                                         std::span<const double> signal_efficiencies);

/// eps_B alone for other weights of the same rows (bootstrap replicas), for rising efficiencies.
/// weight(position in ranking order); the totals are those of these weights and above 0.
template <typename Weight>
void background_efficiencies(const RankedSample& sample, const Weight& weight, double signal_total,
                             double background_total, std::span<const double> rising,
                             std::span<double> found)
{
    double s = 0, b = 0;
    size_t next = 0;
    uint32_t position = 0;
    for (const uint32_t end : sample.ranking.ends) {
        const double s_before = s, b_before = b;
        for (; position < end; ++position)
            (sample.signal[position] ? s : b) += static_cast<double>(weight(position));
        for (; next < rising.size() && s >= rising[next] * signal_total * (1 - 1e-12); ++next) {
            const double t = (rising[next] * signal_total - s_before) / (s - s_before);
            found[next] = (b_before + (t < 1 ? t : 1) * (b - b_before)) / background_total;
        }
        if (next == rising.size()) return;
    }
}

/// Text such as "1294 +- 104 (155 background rows)" or "> 1300 (95 % CL, no background row)".
std::string rejection_text(const WorkingPoint& point);

}  // namespace jetsmith::analysis
