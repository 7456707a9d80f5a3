// SPDX-License-Identifier: Apache-2.0
// The binary questions that a table of scores answers: one for two classes; for more each class
// against the rest, and each pair; one for each yes/no label. Metrics, bootstraps and figures ask
// the same ones.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/evaluate_options.h"
#include "analysis/mann_whitney.h"
#include "analysis/ranked_sample.h"

namespace jetsmith::analysis {

struct Question {
    int64_t signal = 1;
    int64_t background = -1;  ///< -1: all other classes, or the rows without the label
    std::string suffix;       ///< of metric names: "", "[top]" or "[top|qcd]"
};

/// Signal against rest: one question for two classes or a named signal, else one per class that
/// occurs among the labels, or per yes/no label.
std::vector<Question> rest_questions(const ScoreTable& table, const EvaluateOptions& options);

/// Pairs of classes that occur, first the lower label; with a named signal the pairs (signal,
/// other). Empty for two classes and for yes/no labels.
std::vector<Question> pair_questions(const ScoreTable& table, const EvaluateOptions& options);

/// Those over which the AUC of the table is a mean: the pairs, or all where there are none.
std::vector<Question> headline_questions(const ScoreTable& table, const EvaluateOptions& options);

BinarySample ask(const ScoreTable& table, const Question& question);

/// ask() and rank_sample() in one; errors name the tagger and the question.
RankedSample ranked(const ScoreTable& table, const Question& question);

/// The same for a sample that was asked for already.
RankedSample ranked(const ScoreTable& table, const Question& question, const BinarySample& sample);

/// The AUC of several questions and their mean. The same rows answer all of them: the error of the
/// mean contains the covariances (DeLong's, from the summed influences of every row).
struct QuestionAucs {
    Auc mean;
    std::vector<Auc> each;
};

QuestionAucs question_aucs(const ScoreTable& table, std::span<const Question> questions);

/// "1,204 zjets, 1,168 diboson"; of yes/no labels "5,400; with top 2,431, with heavy 1,184"; and
/// whether they are weighted.
std::string counted_rows(const ScoreTable& table);

/// "a, b and c".
std::string joined_names(const std::vector<std::string>& names);

}  // namespace jetsmith::analysis
