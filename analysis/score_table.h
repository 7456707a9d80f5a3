// SPDX-License-Identifier: Apache-2.0
// Scores of one tagger with what is known of the same rows: the common currency of trainer,
// metrics, tables and reports. N rows, C score columns.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace jetsmith {

struct ScoreTable {
    std::string name;  ///< of the tagger, for messages, tables and legends
    int64_t rows = 0;
    /// 1: a signal score of any range (higher means more signal-like, signal is label 1);
    /// 2 or more: class probabilities, each row summing to 1.
    int64_t classes = 0;
    /// Every column is the probability of a yes/no label of its own, whatever the others are.
    bool multi_label = false;
    std::vector<double> scores_NC;            ///< row-major; NaN is refused, +-inf is not
    std::vector<int64_t> labels_N;            ///< class of each row; empty when unknown
    std::vector<uint8_t> targets_NL;          ///< of yes/no labels, row-major; empty when unknown
    std::vector<double> weights_N;            ///< may be negative; empty means all one
    std::vector<int64_t> source_rows_N;       ///< row in the input file; empty means 0 ... N - 1
    std::vector<std::string> class_names;     ///< by label; may be empty
    std::string split;  ///< of a run: "test", or "val" where it has no test rows; else empty
    bool probabilities = true;  ///< false: a score without a natural cut, such as an anomaly score
    std::map<std::string, std::vector<double>> observers;  ///< (N,) each: jet pt, mass, ...

    double score(int64_t row, int64_t column) const { return scores_NC[row * classes + column]; }

    /// Name of a label. Without names: "background" (0) and "signal" (1) where there is one column
    /// of signal scores, else "class 0", "class 1", ...
    std::string class_name(int64_t label) const;

    /// Number of labels that may occur: 2 for a single column of signal scores, else `classes`.
    int64_t label_count() const { return classes == 1 && !multi_label ? 2 : classes; }

    /// True for rows of two classes, signal and background.
    bool binary() const { return label_count() == 2 && !multi_label; }

    bool labelled() const { return !(multi_label ? targets_NL.empty() : labels_N.empty()); }

    /// True where the row is of this class, or has this yes/no label. The table must be labelled.
    bool belongs(int64_t row, int64_t label) const
    {
        return multi_label ? targets_NL[row * classes + label] != 0 : labels_N[row] == label;
    }

    double weight(int64_t row) const { return weights_N.empty() ? 1.0 : weights_N[row]; }

    /// False when all weights are 1 or absent: errors are then binomial.
    bool weighted() const;

    /// Throws UserError, naming the tagger and the first bad row, when a length does not fit, a
    /// score or weight is NaN, a weight is infinite, a label lies outside [0, label_count()) or a
    /// target is neither 0 nor 1.
    void check() const;

    /// The same, and that there are labels and at least one row of two classes, or a label that some
    /// rows have and others do not.
    void check_labelled() const;
};

namespace analysis {

/// One tagger asked one question: signal against background. Rows of other classes are left out.
struct BinarySample {
    std::vector<double> scores;     ///< higher means more signal-like
    std::vector<uint8_t> signal;    ///< 1 for signal, 0 for background
    std::vector<double> weights;    ///< empty when unweighted
    std::vector<int64_t> rows;      ///< position in the table; empty when all rows are taken
};

/// Labels that can be asked for: classes that occur, yes/no labels that both occur and are missing.
std::vector<int64_t> occurring_labels(const ScoreTable& table);

/// Signal class against all others (rows with a yes/no label against rows without), by the score of
/// that class; `signal` is a label.
BinarySample one_against_rest(const ScoreTable& table, int64_t signal);

/// Two classes of a multi-class table, by p_signal / (p_signal + p_background), which for
/// calibrated probabilities is the optimal observable between the two.
BinarySample one_against_one(const ScoreTable& table, int64_t signal, int64_t background);

/// Turns logits into probabilities, in place, in double: softmax over each row, of yes/no labels the
/// sigmoid of each. Throws UserError for one column of signal scores.
void logits_to_probabilities(ScoreTable& table);

}  // namespace analysis
}  // namespace jetsmith
