// SPDX-License-Identifier: Apache-2.0
// Hard decisions: which class each row is assigned to, and how often that is right.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/score_table.h"

namespace jetsmith::analysis {

/// The decided label of each row: the class with the highest score (the first of equals), or for
/// a single column 1 where the score is above 0.5.
std::vector<int64_t> decided_labels(const ScoreTable& table);

/// True when decisions make sense: class scores, or a single column within [0, 1].
bool decisions_defined(const ScoreTable& table);

struct ConfusionMatrix {
    int64_t classes = 0;
    std::vector<double> weights_CC;  ///< sum of weights by [true class][decided class]
    std::vector<int64_t> rows_CC;    ///< number of rows, same order

    double weight(int64_t truth, int64_t decided) const
    {
        return weights_CC[truth * classes + decided];
    }

    /// Share of the true class that is decided as another (or the same): rows sum to 1. NaN for a
    /// class without weight.
    double share(int64_t truth, int64_t decided) const;
};

/// The table must be labelled (check_labelled).
ConfusionMatrix confusion_matrix(const ScoreTable& table);

struct Accuracy {
    double value = 0;
    double error = 0;  ///< binomial, or sqrt(sum w^2 (c - value)^2) / W with weights
};

/// Weighted share of rows decided rightly. Throws UserError when the weights add up to zero.
Accuracy accuracy(const ScoreTable& table);

/// 1 where the decision is right, for each row.
std::vector<uint8_t> right_decisions(const ScoreTable& table);

}  // namespace jetsmith::analysis
