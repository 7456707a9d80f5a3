// SPDX-License-Identifier: Apache-2.0
// Models side by side: figures of merit of each, over one or several runs, and their differences.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "analysis/bootstrap.h"
#include "analysis/ensembles.h"
#include "analysis/evaluate_options.h"
#include "analysis/published_scores.h"
#include "analysis/run_record.h"

namespace jetsmith::analysis {

struct TableOptions {
    std::vector<PublishedName> published;
    std::string published_labels;
    std::vector<double> signal_efficiencies;  ///< empty: those of the first run's config
    std::string signal;                       ///< class name, as in the evaluate section
    int64_t bootstrap = 500;                  ///< replicas for paired differences; 0 for none
    uint64_t seed = 1;
};

/// One number of a row.
struct FigureOfMerit {
    double value = std::numeric_limits<double>::quiet_NaN();
    double error = std::numeric_limits<double>::quiet_NaN();
    bool lower_limit = false;
    bool over_runs = false;  ///< median and spread over runs, else of one run
};

/// One model: our runs of one group, or published scores.
struct ComparisonRow {
    std::string name;
    std::string group;       ///< empty for published scores
    std::string evaluation;  ///< name of the evaluation; empty for the runs themselves
    std::vector<ScoreTable> runs;
    int64_t parameters = -1;
    double rate = 0;
    std::string rate_unit;

    /// Statistical errors for one run; median and spread over several. A figure in which all runs
    /// agree has no spread, but the error of one of them.
    FigureOfMerit auc, accuracy;
    std::vector<FigureOfMerit> rejections;  ///< per signal efficiency; only for one question
    std::vector<FigureOfMerit> class_aucs;  ///< of Comparison::classes; empty without such columns
    std::vector<EnsembleResult> ensembles;  ///< of three or more runs on the same rows

    /// This row minus the first one, errors by paired bootstrap; absent in the first row, without
    /// replicas, and where the rows are not the same.
    std::optional<Difference> auc_difference, accuracy_difference;
    std::vector<Difference> rejection_differences, class_auc_differences;
};

struct Comparison {
    std::vector<double> signal_efficiencies;
    /// More than two classes, or yes/no labels, that every row is asked for one by one ("[top]");
    /// empty where there is one question.
    std::vector<std::string> classes;
    std::vector<ComparisonRow> rows;
    std::vector<std::string> notes;
    int64_t bootstrap = 0;
};

/// True when all runs of the row scored the same rows.
bool runs_share_rows(const ComparisonRow& row);

/// Fills the differences to the first row: paired bootstrap of everything that the rows show.
void add_differences(Comparison& comparison, const EvaluateOptions& evaluate,
                     const TableOptions& options);

/// Reads the runs, gathers those of equal group (and of equal name of the evaluation, where folders
/// of evaluations are given) into one row, adds published scores on the rows of the first run,
/// measures and compares. A folder that is given twice counts once; this and two runs of equal
/// group and seed are warned of. Throws UserError for unreadable runs, runs without labels and
/// published scores that do not belong to the same rows.
Comparison compare_runs(const std::vector<std::filesystem::path>& runs,
                        const TableOptions& options);

/// The same for runs that were read already.
Comparison compare_runs(const std::vector<RunRecord>& runs, const TableOptions& options);

}  // namespace jetsmith::analysis
