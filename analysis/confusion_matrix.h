// SPDX-License-Identifier: Apache-2.0
// Hard decisions: which class each row is assigned to, or which yes/no labels it is given, and how
// often that is right.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/score_table.h"

namespace jetsmith::analysis {

/// The decided label of each row: the class with the highest score (the first of equals), or for
/// a single column 1 where the score is above 0.5.
std::vector<int64_t> decided_labels(const ScoreTable& table);

/// True when decisions make sense: class scores, or columns within [0, 1] of which each is decided
/// by itself.
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

/// The table must be labelled (check_labelled) by classes.
ConfusionMatrix confusion_matrix(const ScoreTable& table);

struct Accuracy {
    double value = 0;
    double error = 0;  ///< binomial, or sqrt(sum w^2 (c - value)^2) / W with weights
};

/// Weighted share of right decisions, which `right` tells for each row of the table. Throws UserError
/// when the weights add up to zero.
Accuracy accuracy(const ScoreTable& table, const std::vector<double>& right);

/// The same for right_decisions().
Accuracy accuracy(const ScoreTable& table);

/// Of each row 1 where its decision is right, else 0; with yes/no labels the share of its labels that
/// are decided rightly (yes: a score above 0.5).
std::vector<double> right_decisions(const ScoreTable& table);

/// 1 where this yes/no label of a row is decided rightly, else 0.
std::vector<double> right_decisions(const ScoreTable& table, int64_t label);

}  // namespace jetsmith::analysis
