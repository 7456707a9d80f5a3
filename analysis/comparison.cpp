// SPDX-License-Identifier: Apache-2.0
#include "analysis/comparison.h"

#include "analysis/members_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "analysis/class_questions.h"
#include "analysis/confusion_matrix.h"
#include "analysis/evaluation.h"
#include "analysis/mann_whitney.h"
#include "analysis/working_point.h"
#include "core/errors.h"
#include "core/log.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;

/// What is measured of one run.
struct RunFigures {
    FigureOfMerit auc, accuracy;
    std::vector<FigureOfMerit> rejections, class_aucs;
};

EvaluateOptions evaluate_options(const Comparison& comparison, const TableOptions& options)
{
    EvaluateOptions evaluate;
    evaluate.signal = options.signal;
    evaluate.signal_efficiencies = comparison.signal_efficiencies;
    return evaluate;
}

FigureOfMerit figure(const Auc& auc) { return {auc.value, auc.error, false}; }

/// The questions that have columns of their own; empty where there is one.
std::vector<std::string> asked_classes(const ScoreTable& run, const EvaluateOptions& options)
{
    run.check_labelled();
    std::vector<std::string> classes;
    const auto questions = rest_questions(run, options);
    for (const auto& question : questions) classes.push_back(question.suffix);
    return classes.size() > 1 ? classes : std::vector<std::string>{};
}

RunFigures measure_run(const ScoreTable& run, const EvaluateOptions& options)
{
    run.check_labelled();
    RunFigures figures;
    const auto questions = rest_questions(run, options);
    if (questions.size() == 1) {
        const auto sample = ranked(run, questions.front());
        figures.auc = figure(mann_whitney_auc(sample));
        for (const auto& point : working_points(sample, options.signal_efficiencies))
            figures.rejections.push_back(
                {point.rejection, point.rejection_error, point.lower_limit});
    } else {
        figures.auc = figure(question_aucs(run, headline_questions(run, options)).mean);
        for (const auto& auc : question_aucs(run, questions).each)
            figures.class_aucs.push_back(figure(auc));
    }
    if (decisions_defined(run)) {
        const auto [value, error] = accuracy(run);
        figures.accuracy = {value, error, false};
    }
    return figures;
}

/// Median and spread; where all runs give the same number, that of one of them, because no spread
/// is no error.
FigureOfMerit spread_figure(const std::vector<FigureOfMerit>& runs)
{
    std::vector<FigureOfMerit> known;
    for (const auto& figure : runs)
        if (!std::isnan(figure.value)) known.push_back(figure);
    if (known.empty()) return {};
    if (std::all_of(known.begin(), known.end(), [&](const FigureOfMerit& figure) {
            return figure.value == known.front().value &&
                   figure.lower_limit == known.front().lower_limit;
        }))
        return known.front();
    std::vector<double> values;
    std::vector<bool> limits;
    for (const auto& figure : known) {
        values.push_back(figure.value);
        limits.push_back(figure.lower_limit);
    }
    const Spread spread = spread_with_limits(values, limits);
    return {spread.median, spread.deviation, spread.lower_limit, /*over_runs=*/true};
}

void fill_figures(ComparisonRow& row, const EvaluateOptions& options)
{
    std::vector<RunFigures> all;
    for (const auto& run : row.runs) all.push_back(measure_run(run, options));
    if (all.size() == 1) {
        row.auc = all[0].auc;
        row.accuracy = all[0].accuracy;
        row.rejections = all[0].rejections;
        row.class_aucs = all[0].class_aucs;
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
    for (size_t c = 0; c < all[0].class_aucs.size(); ++c)
        row.class_aucs.push_back(over_runs([c](const RunFigures& f) { return f.class_aucs[c]; }));
}

void add_ensembles(ComparisonRow& row, const EvaluateOptions& evaluate)
{
    if (row.runs.size() < 3 || !row.runs.front().binary() || !runs_share_rows(row)) return;
    row.ensembles = ensembles_of(row.runs, evaluate);
}

ComparisonRow& row_of_group(std::vector<ComparisonRow>& rows, const RunRecord& run)
{
    for (auto& row : rows)
        if (!run.group.empty() && row.group == run.group && row.evaluation == run.evaluation)
            return row;
    ComparisonRow row;
    row.name = run.evaluation.empty() ? run.name : run.name + " on " + run.evaluation;
    row.group = run.group;
    row.evaluation = run.evaluation;
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

/// The folders of all runs and members, each once.
std::vector<fs::path> different_folders(const std::vector<fs::path>& runs)
{
    std::vector<fs::path> folders;
    std::set<fs::path> seen;
    for (const auto& run : runs)
        for (const auto& folder : member_folders(run))
            if (seen.insert(fs::weakly_canonical(folder)).second)
                folders.push_back(folder);
            else
                log::warning("{}: is given more than once; it counts once.", folder.string());
    return folders;
}

/// Runs of equal group and seed differ by no more than the order of additions.
void warn_of_equal_seeds(const std::vector<RunRecord>& runs)
{
    std::map<std::tuple<std::string, std::string, int64_t>, fs::path> first;
    for (const auto& run : runs) {
        if (run.group.empty() || run.seed < 0) continue;
        const auto [same, is_new] =
            first.try_emplace({run.group, run.evaluation, run.seed}, run.folder);
        if (!is_new)
            log::warning(
                "{}: is the same training as {} (equal group, seed {}; one run per seed is "
                "wanted). Leave it out, or train with another seed.",
                run.folder.string(), same->second.string(), run.seed);
    }
}

}  // namespace

Comparison compare_runs(const std::vector<fs::path>& runs, const TableOptions& options)
{
    std::vector<RunRecord> records;
    for (const auto& folder : different_folders(runs)) records.push_back(read_run(folder));
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
    warn_of_equal_seeds(runs);
    for (const auto& run : runs) {
        auto& row = row_of_group(comparison.rows, run);
        row.rate = std::max(row.rate, run.rate);
        row.runs.push_back(run.predictions.table);
    }
    add_published(comparison, runs, options);
    tell_apart(comparison.rows);
    const auto evaluate = evaluate_options(comparison, options);
    comparison.classes = asked_classes(comparison.rows.front().runs.front(), evaluate);
    for (auto& row : comparison.rows) {
        fill_figures(row, evaluate);
        if (asked_classes(row.runs.front(), evaluate) != comparison.classes) row.class_aucs.clear();
        add_ensembles(row, evaluate);
    }
    add_differences(comparison, evaluate, options);
    return comparison;
}

}  // namespace jetsmith::analysis
