// SPDX-License-Identifier: Apache-2.0
#include "analysis/score_table.h"

#include <algorithm>
#include <cmath>

#include "core/errors.h"

namespace jetsmith {
namespace {

void check_length(const ScoreTable& table, const std::string& what, size_t seen, int64_t wanted)
{
    if (seen != static_cast<size_t>(wanted))
        throw UserError("{}: {} has {} values (there are {} rows of scores; {} wanted). Give one "
                        "value per row.",
                        table.name, what, seen, table.rows, wanted);
}

void check_scores(const ScoreTable& table)
{
    const auto bad = std::find_if(table.scores_NC.begin(), table.scores_NC.end(),
                                  [](double score) { return std::isnan(score); });
    if (bad == table.scores_NC.end()) return;
    const auto position = bad - table.scores_NC.begin();
    throw UserError("{}: the score of row {} is NaN (column {} of {}; numbers wanted). Leave the "
                    "row out, or train the tagger again.",
                    table.name, position / table.classes, position % table.classes, table.classes);
}

void check_weights(const ScoreTable& table)
{
    const auto& weights = table.weights_N;
    const auto bad = std::find_if(weights.begin(), weights.end(),
                                  [](double weight) { return !std::isfinite(weight); });
    if (bad != weights.end())
        throw UserError("{}: the weight of row {} is {} (finite numbers wanted). Mend the weights.",
                        table.name, bad - weights.begin(), *bad);
}

void check_targets(const ScoreTable& table)
{
    const auto& targets = table.targets_NL;
    if (targets.empty()) return;
    if (std::ssize(targets) != table.rows * table.classes)
        throw UserError("{}: has {} score columns for {} yes/no labels in {} rows (one column per "
                        "label wanted). Choose scores of every label.",
                        table.name, table.classes,
                        std::ssize(targets) / std::max<int64_t>(1, table.rows), table.rows);
    const auto bad = std::find_if(targets.begin(), targets.end(), [](uint8_t t) { return t > 1; });
    if (bad == targets.end()) return;
    const auto position = bad - targets.begin();
    throw UserError("{}: label '{}' of row {} is {} (0 or 1 wanted). Map the labels to 0 and 1.",
                    table.name, table.class_name(position % table.classes),
                    position / table.classes, int{*bad});
}

void check_labels(const ScoreTable& table)
{
    if (table.multi_label) return check_targets(table);
    const auto& labels = table.labels_N;
    const auto bad = std::find_if(labels.begin(), labels.end(), [&](int64_t label) {
        return label < 0 || label >= table.label_count();
    });
    if (bad != labels.end())
        throw UserError("{}: the label of row {} is {} (between 0 and {} wanted{}). Map the labels "
                        "to class numbers.",
                        table.name, bad - labels.begin(), *bad, table.label_count() - 1,
                        table.classes == 1 ? ": 0 background, 1 signal" : ", one per score column");
}

}  // namespace

std::string ScoreTable::class_name(int64_t label) const
{
    const auto index = static_cast<size_t>(label);
    if (index < class_names.size()) return class_names[index];
    if (classes == 1 && !multi_label) return label == 0 ? "background" : "signal";
    return fmt::format("{} {}", multi_label ? "label" : "class", label);
}

bool ScoreTable::weighted() const
{
    return std::any_of(weights_N.begin(), weights_N.end(), [](double w) { return w != 1; });
}

void ScoreTable::check() const
{
    if (classes < 1)
        throw UserError("{}: there is no score column ({} seen; 1 or more wanted). Choose a "
                        "dataset of scores.",
                        name, classes);
    check_length(*this, "the score array", scores_NC.size(), rows * classes);
    if (!labels_N.empty()) check_length(*this, "the label array", labels_N.size(), rows);
    if (!weights_N.empty()) check_length(*this, "the weight array", weights_N.size(), rows);
    if (!source_rows_N.empty())
        check_length(*this, "the array of source rows", source_rows_N.size(), rows);
    for (const auto& [key, values] : observers)
        check_length(*this, "observer '" + key + "'", values.size(), rows);
    check_scores(*this);
    check_weights(*this);
    check_labels(*this);
}

void ScoreTable::check_labelled() const
{
    check();
    if (rows == 0)
        throw UserError("{}: there are no rows (0 seen; 2 or more wanted). Choose other rows.",
                        name);
    if (!labelled())
        throw UserError("{}: there are no labels (metrics compare scores with labels). Name the "
                        "label dataset, or use data with labels.",
                        name);
    const auto occurring = analysis::occurring_labels(*this);
    if (multi_label && occurring.empty())
        throw UserError("{}: of no label there are rows with it and rows without it ({} rows, {} "
                        "labels; both wanted). Add rows.",
                        name, rows, classes);
    if (!multi_label && occurring.size() < 2)
        throw UserError("{}: all {} rows have label {} ('{}'; two classes wanted). Add rows of "
                        "another class.",
                        name, rows, occurring.front(), class_name(occurring.front()));
}

namespace analysis {

std::vector<int64_t> occurring_labels(const ScoreTable& table)
{
    const auto count = static_cast<size_t>(table.label_count());
    std::vector<bool> with(count), without(count);
    for (int64_t row = 0; row < table.rows; ++row)
        if (table.multi_label)
            for (size_t l = 0; l < count; ++l)
                (table.belongs(row, static_cast<int64_t>(l)) ? with : without)[l] = true;
        else
            with[static_cast<size_t>(table.labels_N[row])] = true;
    std::vector<int64_t> labels;
    for (size_t l = 0; l < count; ++l)
        if (with[l] && (without[l] || !table.multi_label))
            labels.push_back(static_cast<int64_t>(l));
    return labels;
}

BinarySample one_against_rest(const ScoreTable& table, int64_t signal)
{
    BinarySample sample;
    sample.scores.resize(table.rows);
    sample.signal.resize(table.rows);
    if (table.weighted()) sample.weights = table.weights_N;
    // One column speaks of label 1; asking it for label 0 turns its sign.
    const bool single = table.classes == 1 && !table.multi_label;
    const bool flipped = single && signal == 0;
    const int64_t column = single ? 0 : signal;
    for (int64_t row = 0; row < table.rows; ++row) {
        const double score = table.score(row, column);
        sample.scores[row] = flipped ? -score : score;
        sample.signal[row] = table.belongs(row, signal);
    }
    return sample;
}

BinarySample one_against_one(const ScoreTable& table, int64_t signal, int64_t background)
{
    BinarySample sample;
    const bool weighted = table.weighted();
    for (int64_t row = 0; row < table.rows; ++row) {
        const int64_t label = table.labels_N[row];
        if (label != signal && label != background) continue;
        const double s = table.score(row, signal), b = table.score(row, background);
        if (!(s >= 0 && b >= 0 && s <= 1 && b <= 1))
            throw UserError("{}: the scores of row {} are {} and {} (class probabilities between 0 "
                            "and 1 wanted). Turn logits into probabilities first (--logits).",
                            table.name, row, s, b);
        sample.scores.push_back(s + b > 0 ? s / (s + b) : 0.5);
        sample.signal.push_back(label == signal);
        if (weighted) sample.weights.push_back(table.weights_N[row]);
        sample.rows.push_back(row);
    }
    return sample;
}

void logits_to_probabilities(ScoreTable& table)
{
    auto& scores = table.scores_NC;
    if (table.multi_label) {
        for (double& score : scores) score = 1 / (1 + std::exp(-score));
        return;
    }
    const int64_t classes = table.classes;
    if (classes < 2)
        throw UserError("softmax needs class scores ({} column seen; 2 or more wanted). Leave "
                        "--logits away for a single signal score.",
                        classes);
    for (auto row = scores.begin(); row != scores.end(); row += classes) {
        const double largest = *std::max_element(row, row + classes);
        double sum = 0;
        for (auto value = row; value != row + classes; ++value)
            sum += *value = std::exp(*value - largest);
        for (auto value = row; value != row + classes; ++value) *value /= sum;
    }
}

}  // namespace analysis
}  // namespace jetsmith
