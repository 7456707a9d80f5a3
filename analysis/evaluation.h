// SPDX-License-Identifier: Apache-2.0
// From scores to metrics.json, roc.csv and the lines on the terminal: one path for a training, for
// `jetsmith evaluate` and for `jetsmith metrics`.
//
// metrics.json (format_version 1):
//   content "metrics", rows, weighted (bool), classes [{label, name, rows, sum_of_weights}], signal
//   (class name, absent when each class is asked in turn), rejection_rule, bootstrap {replicas,
//   seed} where asked for, and taggers [{name, metrics {<name>: {value, error, lower_limit, rule,
//   ...details}}, confusion {rows [true][decided], shares}}]; ensembles [{...}] where asked for.
//   multi_label true: `classes` are yes/no labels of which a row may have several; rows and
//   sum_of_weights are of those that have it, and there is no confusion. split: as of predictions.
//   A number that is not defined is null; lower_limit true means that value is a 95 % limit.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/confusion_matrix.h"
#include "analysis/ensembles.h"
#include "analysis/evaluate_options.h"
#include "analysis/roc.h"

namespace jetsmith::analysis {

/// What was measured of one tagger.
struct TaggerResult {
    std::string name;
    std::vector<Measured> metrics;  ///< with details["bootstrap_error"] where replicas were drawn
    std::vector<RocCurve> curves;   ///< one, or one per class against the rest
    std::optional<ConfusionMatrix> confusion;  ///< where classes are decided
};

struct EvaluationResult {
    std::vector<TaggerResult> taggers;
    std::vector<EnsembleResult> ensembles;
};

/// Measures every tagger; taggers are spread over threads. All tables have the same rows. Throws
/// UserError as Metric::values does.
EvaluationResult evaluate(std::span<const ScoreTable> taggers, const EvaluateOptions& options);

/// Ensembles of the taggers, taken as runs of one model: means and medians over all subsets of
/// `size` runs (0: default_ensemble_size). Throws UserError for fewer than 2 runs or class scores
/// of more than two classes.
std::vector<EnsembleResult> ensembles_of(std::span<const ScoreTable> runs,
                                         const EvaluateOptions& options, int size = 0);

/// The document described above; `first` tells rows, classes and weights, which all taggers share.
nlohmann::ordered_json metrics_json(const EvaluationResult& result, const ScoreTable& first,
                                    const EvaluateOptions& options);

/// Aligned lines for the terminal: one row per tagger, the rule below.
std::string metrics_text(const EvaluationResult& result, const ScoreTable& first,
                         const EvaluateOptions& options);

/// evaluate() for one tagger, then metrics.json and roc.csv in `folder`, atomically. Returns the
/// text for the terminal.
std::string write_evaluation(const std::filesystem::path& folder, const ScoreTable& table,
                             const EvaluateOptions& options);

}  // namespace jetsmith::analysis
