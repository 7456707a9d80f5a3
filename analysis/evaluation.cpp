// SPDX-License-Identifier: Apache-2.0
#include "analysis/evaluation.h"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "analysis/bootstrap.h"
#include "analysis/class_questions.h"
#include "core/atomic_file.h"
#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith::analysis {
namespace {

Measured* find_metric(std::vector<Measured>& metrics, const std::string& name)
{
    for (auto& measured : metrics)
        if (measured.name == name) return &measured;
    return nullptr;
}

void add_bootstrap_error(std::vector<Measured>& metrics, const std::string& name,
                         const std::vector<double>& replicas)
{
    if (auto* measured = find_metric(metrics, name))
        measured->details["bootstrap_error"] = central_half_width(replicas);
}

/// Of the figures that one question has: AUC and rejections.
void add_bootstrap_errors(std::vector<Measured>& metrics, const Question& question,
                          const Replicas& replicas, const EvaluateOptions& options)
{
    add_bootstrap_error(metrics, "auc" + question.suffix, replicas.auc);
    for (size_t e = 0; e < options.signal_efficiencies.size(); ++e)
        add_bootstrap_error(
            metrics, fmt::format("rejection{}@{}", question.suffix, options.signal_efficiencies[e]),
            inverse(replicas.background_efficiency[e]));
}

/// Errors from replicas beside the analytic ones, wherever a metric of that name was measured.
void add_bootstrap_errors(std::vector<Measured>& metrics, const ScoreTable& table,
                          const EvaluateOptions& options)
{
    const auto right = decisions_defined(table) ? right_decisions(table) : std::vector<double>{};
    auto questions = rest_questions(table, options);
    for (auto& pair : pair_questions(table, options)) questions.push_back(std::move(pair));
    const auto headline = headline_questions(table, options);
    std::vector<double> mean_auc(static_cast<size_t>(options.bootstrap));
    for (size_t q = 0; q < questions.size(); ++q) {
        const bool decides = q == 0 && !right.empty();
        const auto replicas =
            bootstrap(ask(table, questions[q]), table.rows, decides ? right : std::vector<double>{},
                      options.signal_efficiencies, options.bootstrap, options.seed);
        add_bootstrap_errors(metrics, questions[q], replicas, options);
        if (decides) add_bootstrap_error(metrics, "accuracy", replicas.accuracy);
        // The headline's questions are the last ones.
        if (q + headline.size() >= questions.size())
            for (size_t r = 0; r < mean_auc.size(); ++r)
                mean_auc[r] += replicas.auc[r] / static_cast<double>(headline.size());
    }
    add_bootstrap_error(metrics, "auc", mean_auc);
}

TaggerResult measure_tagger(const ScoreTable& table, const EvaluateOptions& options)
{
    TaggerResult result{table.name, measure(table, options), {}, {}};
    for (const auto& question : rest_questions(table, options))
        result.curves.push_back(roc_curve(table.name + question.suffix, ranked(table, question)));
    if (decisions_defined(table) && !table.multi_label) result.confusion = confusion_matrix(table);
    return result;
}

}  // namespace

EvaluationResult evaluate(std::span<const ScoreTable> taggers, const EvaluateOptions& options)
{
    EvaluationResult result;
    result.taggers.resize(taggers.size());
    parallel_for(static_cast<int64_t>(taggers.size()), 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
            result.taggers[i] = measure_tagger(taggers[i], options);
    });
    if (options.bootstrap > 0)  // replicas are spread over threads themselves
        for (size_t i = 0; i < taggers.size(); ++i)
            add_bootstrap_errors(result.taggers[i].metrics, taggers[i], options);
    return result;
}

std::vector<EnsembleResult> ensembles_of(std::span<const ScoreTable> runs,
                                         const EvaluateOptions& options, int size)
{
    if (runs.size() < 2)
        throw UserError("an ensemble needs several runs ({} seen; 2 or more wanted). Name more "
                        "scores.",
                        runs.size());
    std::vector<BinarySample> samples;
    for (const auto& run : runs) {
        run.check_labelled();
        if (!run.binary())
            throw UserError("{}: has {} classes or labels (ensembles of binary scores are formed). Name "
                            "scores of two classes.",
                            run.name, run.label_count());
        samples.push_back(ask(run, rest_questions(run, options).front()));
    }
    std::vector<std::span<const double>> scores;
    for (const auto& sample : samples) scores.push_back(sample.scores);
    if (size == 0) size = default_ensemble_size(static_cast<int>(runs.size()));
    std::vector<EnsembleResult> results;
    for (const Combine how : {Combine::mean, Combine::median})
        results.push_back(evaluate_ensembles(scores, samples.front().signal,
                                             samples.front().weights, how, size,
                                             options.signal_efficiencies));
    return results;
}

std::string write_evaluation(const std::filesystem::path& folder, const ScoreTable& table,
                             const EvaluateOptions& options)
{
    const EvaluationResult result = evaluate(std::span(&table, 1), options);
    write_atomically(folder / "metrics.json", metrics_json(result, table, options).dump(2) + "\n");
    write_atomically(folder / "roc.csv", roc_csv(result.taggers.front().curves));
    return metrics_text(result, table, options);
}

}  // namespace jetsmith::analysis
