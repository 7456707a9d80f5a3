// SPDX-License-Identifier: Apache-2.0
// Differences between the rows of a comparison, with errors from a paired bootstrap.
#include <fmt/format.h>

#include <cmath>

#include "analysis/class_questions.h"
#include "analysis/comparison.h"
#include "analysis/confusion_matrix.h"

namespace jetsmith::analysis {
namespace {

using Values = std::vector<double>;  // of one figure, per replica

/// Replicas of what one run shows.
struct RunReplicas {
    Values auc, accuracy;
    std::vector<Values> rejections, class_aucs;
};

/// The AUC in every replica, a mean over questions. Replicas weigh the rows of the table, so that
/// the questions of one replica belong together.
Values mean_auc(const std::vector<Values>& by_question)
{
    Values mean(by_question.front().size(), 0.0);
    for (const auto& aucs : by_question)
        for (size_t r = 0; r < mean.size(); ++r)
            mean[r] += aucs[r] / static_cast<double>(by_question.size());
    return mean;
}

std::vector<Values> question_replicas(const ScoreTable& run, const std::vector<Question>& questions,
                                      const TableOptions& options)
{
    std::vector<Values> aucs;
    for (const auto& question : questions)
        aucs.push_back(bootstrap(ask(run, question), run.rows, {}, {}, options.bootstrap,
                                 options.seed)
                           .auc);
    return aucs;
}

RunReplicas replicas_of(const ScoreTable& run, bool decided, const EvaluateOptions& evaluate,
                        const TableOptions& options)
{
    const auto rest = rest_questions(run, evaluate);
    const auto right = decided ? right_decisions(run) : std::vector<double>{};
    const bool single = rest.size() == 1;
    auto first = bootstrap(ask(run, rest.front()), run.rows, right,
                           single ? evaluate.signal_efficiencies : Values{}, options.bootstrap,
                           options.seed);
    RunReplicas replicas{std::move(first.auc), std::move(first.accuracy), {}, {}};
    for (const auto& efficiencies : first.background_efficiency)
        replicas.rejections.push_back(inverse(efficiencies));
    if (single) return replicas;
    replicas.class_aucs = question_replicas(run, rest, options);
    const auto pairs = pair_questions(run, evaluate);
    replicas.auc = mean_auc(pairs.empty() ? replicas.class_aucs
                                          : question_replicas(run, pairs, options));
    return replicas;
}

/// Per replica the median over the runs of a row of one of their figures.
template <typename Figure>
Values median_over_runs(const std::vector<RunReplicas>& runs, const Figure& figure)
{
    Values medians(figure(runs.front()).size());
    for (size_t replica = 0; replica < medians.size(); ++replica) {
        Values values;
        for (const auto& run : runs) values.push_back(figure(run)[replica]);
        medians[replica] = median(std::move(values));
    }
    return medians;
}

/// Replicas of what a row shows: of one run, or of the median over runs.
RunReplicas row_replicas(const ComparisonRow& row, const EvaluateOptions& evaluate,
                         const TableOptions& options)
{
    const bool decided = std::all_of(row.runs.begin(), row.runs.end(), decisions_defined);
    std::vector<RunReplicas> runs;
    for (const auto& run : row.runs) runs.push_back(replicas_of(run, decided, evaluate, options));
    RunReplicas medians;
    medians.auc = median_over_runs(runs, [](const auto& r) -> auto& { return r.auc; });
    medians.accuracy = median_over_runs(runs, [](const auto& r) -> auto& { return r.accuracy; });
    for (size_t e = 0; e < runs.front().rejections.size(); ++e)
        medians.rejections.push_back(
            median_over_runs(runs, [e](const auto& r) -> auto& { return r.rejections[e]; }));
    for (size_t c = 0; c < runs.front().class_aucs.size(); ++c)
        medians.class_aucs.push_back(
            median_over_runs(runs, [c](const auto& r) -> auto& { return r.class_aucs[c]; }));
    return medians;
}

/// Not defined where one of the two is but a limit.
Difference difference(const FigureOfMerit& figure, const FigureOfMerit& first,
                      const Values& replicas, const Values& first_replicas)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    if (figure.lower_limit || first.lower_limit) return {nan, nan};
    return paired_difference(figure.value - first.value, replicas, first_replicas);
}

std::vector<Difference> differences(const std::vector<FigureOfMerit>& figures,
                                    const std::vector<FigureOfMerit>& first,
                                    const std::vector<Values>& replicas,
                                    const std::vector<Values>& first_replicas)
{
    std::vector<Difference> all;
    for (size_t i = 0; i < figures.size() && i < first.size(); ++i)
        all.push_back(difference(figures[i], first[i], replicas[i], first_replicas[i]));
    return all;
}

}  // namespace

bool runs_share_rows(const ComparisonRow& row)
{
    return std::all_of(row.runs.begin(), row.runs.end(),
                       [&](const auto& run) { return same_rows(run, row.runs.front()); });
}

void add_differences(Comparison& comparison, const EvaluateOptions& evaluate,
                     const TableOptions& options)
{
    auto& rows = comparison.rows;
    if (options.bootstrap == 0 || rows.size() < 2 || !runs_share_rows(rows[0])) return;
    const auto first = row_replicas(rows[0], evaluate, options);
    for (size_t i = 1; i < rows.size(); ++i) {
        if (!same_rows(rows[0].runs[0], rows[i].runs[0]) || !runs_share_rows(rows[i])) {
            comparison.notes.push_back(fmt::format(
                "{}: no difference, because its rows are not those of the first line", rows[i].name));
            continue;
        }
        const auto other = row_replicas(rows[i], evaluate, options);
        rows[i].auc_difference = difference(rows[i].auc, rows[0].auc, other.auc, first.auc);
        if (!other.accuracy.empty() && !first.accuracy.empty())
            rows[i].accuracy_difference =
                difference(rows[i].accuracy, rows[0].accuracy, other.accuracy, first.accuracy);
        rows[i].rejection_differences =
            differences(rows[i].rejections, rows[0].rejections, other.rejections, first.rejections);
        rows[i].class_auc_differences =
            differences(rows[i].class_aucs, rows[0].class_aucs, other.class_aucs, first.class_aucs);
        comparison.bootstrap = options.bootstrap;
    }
}

}  // namespace jetsmith::analysis
