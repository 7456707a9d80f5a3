// SPDX-License-Identifier: Apache-2.0
// The binary questions that a table of scores answers: one for two classes; for more each class
// against the rest, and each pair. Metrics, bootstraps and figures ask the same ones.
#pragma once

#include <string>
#include <vector>

#include "analysis/evaluate_options.h"
#include "analysis/ranked_sample.h"

namespace jetsmith::analysis {

struct Question {
    int64_t signal = 1;
    int64_t background = -1;  ///< -1: all other classes
    std::string suffix;       ///< of metric names: "", "[top]" or "[top|qcd]"
};

/// Signal against rest: one question for two classes or a named signal, else one per class that
/// occurs among the labels.
std::vector<Question> rest_questions(const ScoreTable& table, const EvaluateOptions& options);

/// Pairs of classes that occur, first the lower label; with a named signal the pairs (signal,
/// other). Empty for two classes.
std::vector<Question> pair_questions(const ScoreTable& table, const EvaluateOptions& options);

BinarySample ask(const ScoreTable& table, const Question& question);

/// ask() and rank_sample() in one; errors name the tagger and the question.
RankedSample ranked(const ScoreTable& table, const Question& question);

/// "a, b and c".
std::string joined_names(const std::vector<std::string>& names);

}  // namespace jetsmith::analysis
