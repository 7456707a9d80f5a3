// SPDX-License-Identifier: Apache-2.0
#include "analysis/comparison.h"

#include "analysis/members_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/class_questions.h"
#include "analysis/confusion_matrix.h"
#include "analysis/evaluation.h"
#include "analysis/mann_whitney.h"
#include "analysis/working_point.h"
#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

/// What is measured of one run.
struct RunFigures {
    FigureOfMerit auc, accuracy;
    std::vector<FigureOfMerit> rejections;
};

EvaluateOptions evaluate_options(const Comparison& comparison, const TableOptions& options)
{
    EvaluateOptions evaluate;
    evaluate.signal = options.signal;
    evaluate.signal_efficiencies = comparison.signal_efficiencies;
    return evaluate;
}

RunFigures measure_run(const ScoreTable& run, const EvaluateOptions& options)
{
    run.check_labelled();
    RunFigures figures;
    const auto questions = rest_questions(run, options);
    if (questions.size() == 1) {
        const auto sample = ranked(run, questions.front());
        const auto auc = mann_whitney_auc(sample);
        figures.auc = {auc.value, auc.error, false};
        for (const auto& point : working_points(sample, options.signal_efficiencies))
            figures.rejections.push_back(
                {point.rejection, point.rejection_error, point.lower_limit});
    } else {
        double sum = 0;
        const auto pairs = pair_questions(run, options);
        for (const auto& pair : pairs) sum += mann_whitney_auc(ranked(run, pair)).value;
        figures.auc.value = sum / static_cast<double>(pairs.size());
    }
    if (decisions_defined(run)) {
        const auto [value, error] = accuracy(run);
        figures.accuracy = {value, error, false};
    }
    return figures;
}

FigureOfMerit spread_figure(const std::vector<FigureOfMerit>& runs)
{
    std::vector<double> values;
    std::vector<bool> limits;
    for (const auto& figure : runs) {
        if (std::isnan(figure.value)) continue;
        values.push_back(figure.value);
        limits.push_back(figure.lower_limit);
    }
    if (values.empty()) return {};
    const Spread spread = spread_with_limits(values, limits);
    return {spread.median, spread.deviation, spread.lower_limit};
}

void fill_figures(ComparisonRow& row, const EvaluateOptions& options)
{
    std::vector<RunFigures> all;
    for (const auto& run : row.runs) all.push_back(measure_run(run, options));
    if (all.size() == 1) {
        row.auc = all[0].auc;
        row.accuracy = all[0].accuracy;
        row.rejections = all[0].rejections;
        return;
    }
    const auto over_runs = [&](auto figure) {
        std::vector<FigureOfMerit> figures;
        for (const auto& run : all) figures.push_back(figure(run));
        return spread_figure(figures);
    };
    row.auc = over_runs([](const RunFigures& f) { return f.auc; });
    row.accuracy = over_runs([](const RunFigures& f) { return f.accuracy; });
    for (size_t e = 0; e < all[0].rejections.size(); ++e)
        row.rejections.push_back(over_runs([e](const RunFigures& f) { return f.rejections[e]; }));
}

bool runs_share_rows(const ComparisonRow& row)
{
    return std::all_of(row.runs.begin(), row.runs.end(),
                       [&](const auto& run) { return same_rows(run, row.runs.front()); });
}

/// Per replica the median over the runs of a row.
std::vector<double> median_over_runs(const std::vector<std::vector<double>>& by_run)
{
    std::vector<double> medians(by_run.front().size());
    for (size_t replica = 0; replica < medians.size(); ++replica) {
        std::vector<double> values;
        for (const auto& run : by_run) values.push_back(run[replica]);
        medians[replica] = median(values);
    }
    return medians;
}

/// Replicas of what a row shows: of one run, or of the median over runs.
struct RowReplicas {
    std::vector<double> auc, accuracy;
    std::vector<std::vector<double>> rejections;
};

RowReplicas row_replicas(const ComparisonRow& row, const EvaluateOptions& evaluate,
                      const TableOptions& options)
{
    std::vector<std::vector<double>> auc, accuracies;
    std::vector<std::vector<std::vector<double>>> rejections(evaluate.signal_efficiencies.size());
    const bool decided = std::all_of(row.runs.begin(), row.runs.end(), decisions_defined);
    for (const auto& run : row.runs) {
        const auto right = decided ? right_decisions(run) : std::vector<uint8_t>{};
        auto replicas = bootstrap(ask(run, rest_questions(run, evaluate).front()), run.rows, right,
                                  evaluate.signal_efficiencies, options.bootstrap, options.seed);
        auc.push_back(std::move(replicas.auc));
        if (decided) accuracies.push_back(std::move(replicas.accuracy));
        for (size_t e = 0; e < rejections.size(); ++e)
            rejections[e].push_back(inverse(replicas.background_efficiency[e]));
    }
    RowReplicas result{median_over_runs(auc), {}, {}};
    if (decided) result.accuracy = median_over_runs(accuracies);
    for (const auto& by_run : rejections) result.rejections.push_back(median_over_runs(by_run));
    return result;
}

/// Not defined where one of the two is but a limit.
Difference rejection_difference(const FigureOfMerit& figure, const FigureOfMerit& first,
                                const std::vector<double>& replicas,
                                const std::vector<double>& first_replicas)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (figure.lower_limit || first.lower_limit) return {nan, nan};
    return paired_difference(figure.value - first.value, replicas, first_replicas);
}

void add_differences(Comparison& comparison, const EvaluateOptions& evaluate,
                     const TableOptions& options)
{
    auto& rows = comparison.rows;
    const bool binary = rows.front().rejections.size() == comparison.signal_efficiencies.size();
    if (options.bootstrap == 0 || rows.size() < 2 || !binary || !runs_share_rows(rows[0])) return;
    const auto first = row_replicas(rows[0], evaluate, options);
    for (size_t i = 1; i < rows.size(); ++i) {
        if (!same_rows(rows[0].runs[0], rows[i].runs[0]) || !runs_share_rows(rows[i])) {
            comparison.notes.push_back(fmt::format(
                "{}: no difference, because its rows are not those of the first line", rows[i].name));
            continue;
        }
        const auto other = row_replicas(rows[i], evaluate, options);
        rows[i].auc_difference =
            paired_difference(rows[i].auc.value - rows[0].auc.value, other.auc, first.auc);
        if (!other.accuracy.empty() && !first.accuracy.empty())
            rows[i].accuracy_difference = paired_difference(
                rows[i].accuracy.value - rows[0].accuracy.value, other.accuracy, first.accuracy);
        for (size_t e = 0; e < rows[i].rejections.size(); ++e)
            rows[i].rejection_differences.push_back(
                rejection_difference(rows[i].rejections[e], rows[0].rejections[e],
                                     other.rejections[e], first.rejections[e]));
        comparison.bootstrap = options.bootstrap;
    }
}

void add_ensembles(ComparisonRow& row, const EvaluateOptions& evaluate)
{
    if (row.runs.size() < 3 || row.runs.front().label_count() != 2 || !runs_share_rows(row)) return;
    row.ensembles = ensembles_of(row.runs, evaluate);
}

ComparisonRow& row_of_group(std::vector<ComparisonRow>& rows, const RunRecord& run)
{
    for (auto& row : rows)
        if (!run.group.empty() && row.group == run.group) return row;
    ComparisonRow row;
    row.name = run.name;
    row.group = run.group;
    row.parameters = run.parameters;
    row.rate_unit = run.rate_unit;
    rows.push_back(std::move(row));
    return rows.back();
}

/// Rows of equal name but other settings get a number, so that a table can be read.
void tell_apart(std::vector<ComparisonRow>& rows)
{
    for (size_t i = 0; i < rows.size(); ++i) {
        int count = 1;
        for (size_t j = i + 1; j < rows.size(); ++j)
            if (rows[j].name == rows[i].name) rows[j].name += fmt::format(" ({})", ++count);
    }
}

void add_published(Comparison& comparison, const std::vector<RunRecord>& runs,
                   const TableOptions& options)
{
    for (const auto& name : options.published) {
        ComparisonRow row;
        row.name = name.dataset;
        row.runs = match_published(runs.front().predictions, name, options.published_labels);
        comparison.rows.push_back(std::move(row));
    }
}

}  // namespace

Comparison compare_runs(const std::vector<std::filesystem::path>& runs, const TableOptions& options)
{
    std::vector<RunRecord> records;
    for (const auto& run : runs)
        for (const auto& folder : member_folders(run)) records.push_back(read_run(folder));
    return compare_runs(records, options);
}

Comparison compare_runs(const std::vector<RunRecord>& runs, const TableOptions& options)
{
    if (runs.empty()) throw UserError("there is no run to compare (0 seen). Name a run folder.");
    Comparison comparison;
    comparison.signal_efficiencies = options.signal_efficiencies;
    if (comparison.signal_efficiencies.empty())
        comparison.signal_efficiencies = runs.front().signal_efficiencies;
    if (comparison.signal_efficiencies.empty())
        comparison.signal_efficiencies = EvaluateOptions().signal_efficiencies;
    for (const auto& run : runs) {
        auto& row = row_of_group(comparison.rows, run);
        row.rate = std::max(row.rate, run.rate);
        row.runs.push_back(run.predictions.table);
    }
    add_published(comparison, runs, options);
    tell_apart(comparison.rows);
    const auto evaluate = evaluate_options(comparison, options);
    for (auto& row : comparison.rows) {
        fill_figures(row, evaluate);
        add_ensembles(row, evaluate);
    }
    add_differences(comparison, evaluate, options);
    return comparison;
}

}  // namespace jetsmith::analysis
