// SPDX-License-Identifier: Apache-2.0
#include "analysis/class_questions.h"

#include <fmt/format.h>

#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

std::vector<int64_t> occurring_labels(const ScoreTable& table)
{
    std::vector<bool> seen(table.label_count());
    for (const int64_t label : table.labels_N) seen[label] = true;
    std::vector<int64_t> labels;
    for (int64_t label = 0; label < table.label_count(); ++label)
        if (seen[label]) labels.push_back(label);
    return labels;
}

}  // namespace

std::vector<Question> rest_questions(const ScoreTable& table, const EvaluateOptions& options)
{
    const int64_t signal = options.signal_label(table);
    if (table.label_count() == 2) return {{signal, -1, ""}};
    std::vector<Question> questions;
    for (const int64_t label : occurring_labels(table))
        if (signal < 0 || label == signal)
            questions.push_back({label, -1, fmt::format("[{}]", table.class_name(label))});
    return questions;
}

std::vector<Question> pair_questions(const ScoreTable& table, const EvaluateOptions& options)
{
    std::vector<Question> questions;
    if (table.label_count() == 2) return questions;
    const int64_t signal = options.signal_label(table);
    const auto labels = occurring_labels(table);
    for (const int64_t first : labels)
        for (const int64_t second : labels) {
            if (signal < 0 ? first >= second : first != signal || second == signal) continue;
            questions.push_back({first, second,
                                 fmt::format("[{}|{}]", table.class_name(first),
                                             table.class_name(second))});
        }
    return questions;
}

BinarySample ask(const ScoreTable& table, const Question& question)
{
    return question.background < 0 ? one_against_rest(table, question.signal)
                                   : one_against_one(table, question.signal, question.background);
}

RankedSample ranked(const ScoreTable& table, const Question& question)
{
    const BinarySample sample = ask(table, question);
    try {
        return rank_sample(sample.scores, sample.signal, sample.weights);
    } catch (const UserError& error) {
        throw UserError("{}{}: {}", table.name, question.suffix, error.what());
    }
}

std::string joined_names(const std::vector<std::string>& names)
{
    std::string text;
    for (size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return text;
}

}  // namespace jetsmith::analysis
