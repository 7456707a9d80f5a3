// SPDX-License-Identifier: Apache-2.0
#include "analysis/run_table.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/class_questions.h"
#include "analysis/working_point.h"
#include "core/config.h"
#include "core/errors.h"
#include "core/progress.h"

namespace jetsmith::analysis {
namespace {

std::string cell(const FigureOfMerit& figure)
{
    if (figure.lower_limit) return fmt::format("> {:.4g}", figure.value);
    return with_error(figure.value, figure.error);
}

std::string cell(const Difference& difference)
{
    const auto text = with_error(difference.value, difference.error);
    return difference.value > 0 ? "+" + text : text;
}

std::string rejection_name(double efficiency) { return fmt::format("1/eps_B({})", efficiency); }

bool has_rejections(const Comparison& comparison)
{
    return !comparison.rows.front().rejections.empty();
}

bool has_limits(const Comparison& comparison)
{
    for (const auto& row : comparison.rows)
        for (const auto& figure : row.rejections)
            if (figure.lower_limit) return true;
    return false;
}

std::string rate_cell(const ComparisonRow& row)
{
    return row.rate > 0 ? fmt::format("{} {}", count_text(row.rate), row.rate_unit) : "";
}

std::vector<std::string> table_header(const Comparison& comparison)
{
    std::vector<std::string> header{"model", "runs", "AUC"};
    for (const auto& name : comparison.classes) header.push_back("AUC" + name);
    header.emplace_back("accuracy");
    if (has_rejections(comparison))
        for (const double e : comparison.signal_efficiencies) header.push_back(rejection_name(e));
    header.insert(header.end(), {"parameters", "training rate"});
    return header;
}

/// Cells of the columns of classes, which a row need not have.
template <typename Figures>
void add_class_cells(std::vector<std::string>& cells, const Figures& figures,
                     const Comparison& comparison)
{
    for (size_t c = 0; c < comparison.classes.size(); ++c)
        cells.push_back(figures.empty() ? "" : cell(figures[c]));
}

std::vector<std::string> table_row(const ComparisonRow& row, const Comparison& comparison)
{
    std::vector<std::string> cells{row.name, std::to_string(row.runs.size()), cell(row.auc)};
    add_class_cells(cells, row.class_aucs, comparison);
    cells.push_back(cell(row.accuracy));
    for (const auto& figure : row.rejections) cells.push_back(cell(figure));
    cells.push_back(row.parameters >= 0 ? grouped(row.parameters) : "");
    cells.push_back(rate_cell(row));
    return cells;
}

std::vector<std::string> ensemble_row(const EnsembleResult& ensemble, size_t columns)
{
    std::vector<std::string> cells{
        fmt::format("  {} of {} runs", ensemble.how == Combine::mean ? "mean" : "median",
                    ensemble.size),
        fmt::format("{} subsets", ensemble.combinations),
        with_error(ensemble.auc.median, ensemble.auc.deviation), ""};
    for (const auto& spread : ensemble.rejections)
        cells.push_back(cell(FigureOfMerit{spread.median, spread.deviation, spread.lower_limit}));
    cells.resize(columns);
    return cells;
}

/// "test rows: 1,986 qcd, 2,014 top".
std::string scored_rows(const ScoreTable& table)
{
    const auto* const of = table.split == "val" ? "validation " : table.split == "test" ? "test " : "";
    return fmt::format("{}rows: {}", of, counted_rows(table));
}

/// What the errors of the rows are.
void add_error_notes(std::vector<std::string>& notes, const Comparison& comparison)
{
    bool single = false, several = false, agreed = false;
    for (const auto& row : comparison.rows) {
        (row.runs.size() > 1 ? several : single) = true;
        agreed = agreed || (row.runs.size() > 1 && !row.auc.over_runs);
    }
    if (single) notes.push_back("one run: statistical errors (AUC: DeLong; others: binomial)");
    if (several)
        notes.push_back(
            "several runs: median +- standard deviation, of five or more without those "
            "beyond 3 robust standard deviations");
    if (agreed)
        notes.push_back("several runs that all give the same number: statistical error of one run");
}

std::vector<std::string> table_notes(const Comparison& comparison)
{
    std::vector<std::string> notes{scored_rows(comparison.rows.front().runs.front())};
    const auto& front = comparison.rows.front().runs.front();
    if (!comparison.classes.empty())
        notes.push_back(fmt::format("AUC: mean over {}; AUC[...]: {}",
                                    front.multi_label ? "labels" : "pairs of classes",
                                    front.multi_label ? "rows with the label against rows without"
                                                      : "one class against the rest"));
    add_error_notes(notes, comparison);
    if (has_limits(comparison))
        notes.push_back("> : 95 % lower limit, because no background row passes; over several runs "
                        "the median is one where limits decide it, and has no spread");
    if (has_rejections(comparison)) notes.push_back(std::string("rejection: ") + kRejectionRuleText);
    notes.insert(notes.end(), comparison.notes.begin(), comparison.notes.end());
    return notes;
}

}  // namespace

TextTable table_text(const Comparison& comparison)
{
    TextTable table{table_header(comparison), {}, table_notes(comparison)};
    for (const auto& row : comparison.rows) {
        table.rows.push_back(table_row(row, comparison));
        for (const auto& ensemble : row.ensembles)
            table.rows.push_back(ensemble_row(ensemble, table.header.size()));
    }
    return table;
}

std::optional<TextTable> difference_text(const Comparison& comparison)
{
    if (comparison.bootstrap == 0) return {};
    TextTable table{{"minus " + comparison.rows.front().name, "AUC"}, {}, {}};
    for (const auto& name : comparison.classes) table.header.push_back("AUC" + name);
    table.header.emplace_back("accuracy");
    if (has_rejections(comparison))
        for (const double e : comparison.signal_efficiencies)
            table.header.push_back(rejection_name(e));
    for (const auto& row : comparison.rows) {
        if (!row.auc_difference) continue;
        std::vector<std::string> cells{row.name, cell(*row.auc_difference)};
        add_class_cells(cells, row.class_auc_differences, comparison);
        cells.push_back(row.accuracy_difference ? cell(*row.accuracy_difference) : "");
        for (const auto& difference : row.rejection_differences) cells.push_back(cell(difference));
        table.rows.push_back(cells);
    }
    table.notes.push_back(fmt::format("same rows; errors from {} paired bootstrap replicas",
                                      comparison.bootstrap));
    return table;
}

std::string format_table(const Comparison& comparison, const std::string& format)
{
    if (format == "csv") return csv(table_numbers(comparison));
    if (format == "json") return table_json(comparison).dump(2) + "\n";
    const auto write = format == "text" ? plain_text : format == "md" ? markdown : latex;
    if (write == latex && format != "tex")
        throw UserError("--format: there is no format '{}' (text, md, tex, csv or json wanted).{}", format,
                        suggestion(format, {"text", "md", "tex", "csv", "json"}));
    std::string text = write(table_text(comparison));
    if (const auto differences = difference_text(comparison)) text += "\n" + write(*differences);
    return text;
}

std::string run_table_text(const std::vector<std::filesystem::path>& runs)
{
    TableOptions options;
    options.bootstrap = 0;
    return plain_text(table_text(compare_runs(runs, options)));
}

}  // namespace jetsmith::analysis
