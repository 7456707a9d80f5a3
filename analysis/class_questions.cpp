// SPDX-License-Identifier: Apache-2.0
#include "analysis/class_questions.h"

#include <fmt/format.h>

#include <cmath>
#include <numeric>

#include "analysis/text_tables.h"
#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

double root_of_squares(const std::vector<double>& values)
{
    return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

}  // namespace

std::vector<Question> rest_questions(const ScoreTable& table, const EvaluateOptions& options)
{
    const int64_t signal = options.signal_label(table);
    if (table.binary()) return {{signal, -1, ""}};
    std::vector<Question> questions;
    for (const int64_t label : occurring_labels(table))
        if (signal < 0 || label == signal)
            questions.push_back({label, -1, fmt::format("[{}]", table.class_name(label))});
    return questions;
}

std::vector<Question> pair_questions(const ScoreTable& table, const EvaluateOptions& options)
{
    std::vector<Question> questions;
    if (table.binary() || table.multi_label) return questions;
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

std::vector<Question> headline_questions(const ScoreTable& table, const EvaluateOptions& options)
{
    auto pairs = pair_questions(table, options);
    return pairs.empty() ? rest_questions(table, options) : pairs;
}

BinarySample ask(const ScoreTable& table, const Question& question)
{
    return question.background < 0 ? one_against_rest(table, question.signal)
                                   : one_against_one(table, question.signal, question.background);
}

RankedSample ranked(const ScoreTable& table, const Question& question)
{
    return ranked(table, question, ask(table, question));
}

RankedSample ranked(const ScoreTable& table, const Question& question, const BinarySample& sample)
{
    try {
        return rank_sample(sample.scores, sample.signal, sample.weights);
    } catch (const UserError& error) {
        throw UserError("{}{}: {}", table.name, question.suffix, error.what());
    }
}

QuestionAucs question_aucs(const ScoreTable& table, std::span<const Question> questions)
{
    QuestionAucs aucs{{0, 0}, {}};
    std::vector<double> influence(table.rows);
    for (const auto& question : questions) {
        const auto sample = ask(table, question);
        const auto one = auc_influence(ranked(table, question, sample));
        aucs.each.push_back({one.auc, root_of_squares(one.influence)});
        aucs.mean.value += one.auc / static_cast<double>(questions.size());
        for (size_t i = 0; i < one.influence.size(); ++i)
            influence[sample.rows.empty() ? i : sample.rows[i]] +=
                one.influence[i] / static_cast<double>(questions.size());
    }
    aucs.mean.error = root_of_squares(influence);
    return aucs;
}

std::string counted_rows(const ScoreTable& table)
{
    std::vector<int64_t> rows(static_cast<size_t>(table.label_count()));
    for (int64_t row = 0; row < table.rows; ++row)
        for (int64_t label = 0; label < table.label_count(); ++label)
            rows[static_cast<size_t>(label)] += table.belongs(row, label);
    std::string text = table.multi_label ? grouped(table.rows) + ";" : "";
    for (int64_t label = 0; label < table.label_count(); ++label) {
        const auto count = grouped(rows[static_cast<size_t>(label)]);
        const auto name = table.class_name(label);
        text += (label == 0 ? "" : ", ");
        text += table.multi_label ? fmt::format("{}with {} {}", label == 0 ? " " : "", name, count)
                                  : fmt::format("{} {}", count, name);
    }
    return text + (table.weighted() ? "; weighted" : "");
}

std::string joined_names(const std::vector<std::string>& names)
{
    std::string text;
    for (size_t i = 0; i < names.size(); ++i)
        text += (i == 0 ? "" : i + 1 == names.size() ? " and " : ", ") + names[i];
    return text;
}

}  // namespace jetsmith::analysis
