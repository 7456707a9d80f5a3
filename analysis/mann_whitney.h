// SPDX-License-Identifier: Apache-2.0
// Area under the ROC curve as the weighted Mann-Whitney statistic.
#pragma once

#include <vector>

#include "analysis/ranked_sample.h"

namespace jetsmith::analysis {

struct Auc {
    double value = 0;
    double error = 0;  ///< one sigma
};

/// AUC = sum_{s,b} w_s w_b [x_s > x_b] / (W_s W_b), pairs of equal score counted half. Negative
/// weights enter with their sign, so that values slightly outside [0, 1] are possible.
/// The error is that of DeLong, DeLong and Clarke-Pearson (Biometrics 44 (1988) 837) from the
/// placements of the rows; with weights its delta-method generalisation: each placement's
/// deviation enters with w^2, and the sums are divided by W^2 (1 - sum w^2 / W^2), which is
/// n (n - 1) for unit weights. NaN when a class has one effective row.
Auc mann_whitney_auc(const RankedSample& sample);

/// An AUC and what each row adds to its deviation from the truth, to first order: the error of
/// mann_whitney_auc is the root of the sum of their squares. The error of a sum or difference of AUCs
/// that rest on the same rows is that of the summed or subtracted influences.
struct AucInfluence {
    double auc = 0;
    std::vector<double> influence;  ///< by position in the sample, before it was ranked
};

AucInfluence auc_influence(const RankedSample& sample);

/// The statistic alone, for other weights of the same rows (bootstrap replicas): weight(position
/// in ranking order). NaN when the replica lost a class.
template <typename Weight>
double mann_whitney_value(const RankedSample& sample, const Weight& weight)
{
    double signal_above = 0, background = 0, pairs = 0;
    uint32_t position = 0;
    for (const uint32_t end : sample.ranking.ends) {
        double s = 0, b = 0;
        for (; position < end; ++position)
            (sample.signal[position] ? s : b) += static_cast<double>(weight(position));
        pairs += b * (signal_above + 0.5 * s);
        signal_above += s;
        background += b;
    }
    return pairs / (signal_above * background);
}

}  // namespace jetsmith::analysis
