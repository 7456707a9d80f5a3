// SPDX-License-Identifier: Apache-2.0
#include "analysis/confusion_matrix.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.h"

namespace jetsmith::analysis {

std::vector<int64_t> decided_labels(const ScoreTable& table)
{
    std::vector<int64_t> decided(table.rows);
    for (int64_t row = 0; row < table.rows; ++row) {
        const auto first = table.scores_NC.begin() + row * table.classes;
        decided[row] = table.classes == 1 ? int64_t{*first > 0.5}
                                          : std::max_element(first, first + table.classes) - first;
    }
    return decided;
}

bool decisions_defined(const ScoreTable& table)
{
    if (!table.probabilities) return false;
    return (table.classes > 1 && !table.multi_label) ||
           std::all_of(table.scores_NC.begin(), table.scores_NC.end(),
                       [](double s) { return s >= 0 && s <= 1; });
}

double ConfusionMatrix::share(int64_t truth, int64_t decided) const
{
    double sum = 0;
    for (int64_t c = 0; c < classes; ++c) sum += weight(truth, c);
    return sum != 0 ? weight(truth, decided) / sum : std::numeric_limits<double>::quiet_NaN();
}

ConfusionMatrix confusion_matrix(const ScoreTable& table)
{
    const auto decided = decided_labels(table);
    ConfusionMatrix matrix;
    matrix.classes = table.label_count();
    matrix.weights_CC.resize(matrix.classes * matrix.classes);
    matrix.rows_CC.resize(matrix.classes * matrix.classes);
    for (int64_t row = 0; row < table.rows; ++row) {
        const auto cell = table.labels_N[row] * matrix.classes + decided[row];
        matrix.weights_CC[cell] += table.weight(row);
        ++matrix.rows_CC[cell];
    }
    return matrix;
}

std::vector<double> right_decisions(const ScoreTable& table)
{
    std::vector<double> right(table.rows);
    if (table.multi_label) {
        for (int64_t label = 0; label < table.classes; ++label) {
            const auto one = right_decisions(table, label);
            for (size_t row = 0; row < right.size(); ++row)
                right[row] += one[row] / static_cast<double>(table.classes);
        }
        return right;
    }
    const auto decided = decided_labels(table);
    for (int64_t row = 0; row < table.rows; ++row) right[row] = decided[row] == table.labels_N[row];
    return right;
}

std::vector<double> right_decisions(const ScoreTable& table, int64_t label)
{
    std::vector<double> right(table.rows);
    for (int64_t row = 0; row < table.rows; ++row)
        right[row] = (table.score(row, label) > 0.5) == table.belongs(row, label);
    return right;
}

Accuracy accuracy(const ScoreTable& table) { return accuracy(table, right_decisions(table)); }

Accuracy accuracy(const ScoreTable& table, const std::vector<double>& right)
{
    double sum = 0, good = 0;
    for (int64_t row = 0; row < table.rows; ++row) {
        sum += table.weight(row);
        good += table.weight(row) * right[row];
    }
    if (!(sum > 0))
        throw UserError("{}: the weights of all rows add up to {} (above 0 wanted: accuracy is a "
                        "fraction of this sum). Check the sign of the weights.",
                        table.name, sum);
    Accuracy result{good / sum, 0};
    double variance = 0;
    for (int64_t row = 0; row < table.rows; ++row) {
        const double deviation = table.weight(row) * (right[row] - result.value);
        variance += deviation * deviation;
    }
    result.error = std::sqrt(variance) / sum;
    return result;
}

}  // namespace jetsmith::analysis
