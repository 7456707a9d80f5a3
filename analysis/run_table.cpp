// SPDX-License-Identifier: Apache-2.0
#include "analysis/run_table.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/working_point.h"
#include "core/config.h"
#include "core/errors.h"
#include "core/progress.h"

namespace jetsmith::analysis {
namespace {

using Json = nlohmann::ordered_json;

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
    std::vector<std::string> header{"model", "runs", "AUC", "accuracy"};
    if (has_rejections(comparison))
        for (const double e : comparison.signal_efficiencies) header.push_back(rejection_name(e));
    header.insert(header.end(), {"parameters", "training rate"});
    return header;
}

std::vector<std::string> table_row(const ComparisonRow& row)
{
    std::vector<std::string> cells{row.name, std::to_string(row.runs.size()), cell(row.auc),
                                   cell(row.accuracy)};
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
std::string test_rows(const ScoreTable& table)
{
    std::vector<int64_t> counts(table.label_count());
    for (const int64_t label : table.labels_N) ++counts[label];
    std::string text = "test rows: ";
    for (int64_t label = 0; label < table.label_count(); ++label)
        text += fmt::format("{}{} {}", label == 0 ? "" : ", ", grouped(counts[label]),
                            table.class_name(label));
    return text + (table.weighted() ? "; weighted" : "");
}

std::vector<std::string> table_notes(const Comparison& comparison)
{
    std::vector<std::string> notes{test_rows(comparison.rows.front().runs.front())};
    bool single = false, several = false;
    for (const auto& row : comparison.rows) (row.runs.size() > 1 ? several : single) = true;
    if (single) notes.push_back("one run: statistical errors (AUC: DeLong; others: binomial)");
    if (several)
        notes.push_back("several runs: median +- standard deviation, of five or more without those "
                        "beyond 3 robust standard deviations");
    if (has_limits(comparison))
        notes.push_back("> : 95 % lower limit, because no background row passes; over several runs "
                        "the median is one where limits decide it, and has no spread");
    if (has_rejections(comparison)) notes.push_back(std::string("rejection: ") + kRejectionRuleText);
    notes.insert(notes.end(), comparison.notes.begin(), comparison.notes.end());
    return notes;
}

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json figure_json(const FigureOfMerit& figure)
{
    return {{"value", number(figure.value)},
            {"error", number(figure.error)},
            {"lower_limit", figure.lower_limit}};
}

Json difference_json(const Difference& difference)
{
    return {{"value", number(difference.value)}, {"error", number(difference.error)}};
}

Json ensemble_json(const EnsembleResult& ensemble)
{
    const auto spread = [](const Spread& s) {
        return Json{{"median", number(s.median)},
                    {"spread", number(s.deviation)},
                    {"lower_limit", s.lower_limit}};
    };
    Json json{{"combine", ensemble.how == Combine::mean ? "mean" : "median"},
              {"size", ensemble.size},
              {"combinations", ensemble.combinations},
              {"auc", spread(ensemble.auc)},
              {"rejections", Json::array()}};
    for (const auto& rejection : ensemble.rejections)
        json["rejections"].push_back(spread(rejection));
    return json;
}

Json row_json(const ComparisonRow& row, const Comparison& comparison)
{
    Json json{{"name", row.name},
              {"group", row.group},
              {"runs", row.runs.size()},
              {"test_rows", row.runs.front().rows},
              {"error_kind", row.runs.size() > 1 ? "spread over runs" : "statistical"},
              {"auc", figure_json(row.auc)},
              {"accuracy", figure_json(row.accuracy)},
              {"rejections", Json::array()},
              {"parameters", row.parameters >= 0 ? Json(row.parameters) : Json(nullptr)},
              {"train_rate", {{"value", row.rate > 0 ? Json(row.rate) : Json(nullptr)},
                              {"unit", row.rate_unit}}}};
    for (size_t e = 0; e < row.rejections.size(); ++e) {
        Json rejection{{"signal_efficiency", comparison.signal_efficiencies[e]}};
        rejection.update(figure_json(row.rejections[e]));
        json["rejections"].push_back(rejection);
    }
    if (row.auc_difference) {
        Json difference{{"to", comparison.rows.front().name},
                        {"auc", difference_json(*row.auc_difference)}};
        if (row.accuracy_difference)
            difference["accuracy"] = difference_json(*row.accuracy_difference);
        for (const auto& d : row.rejection_differences)
            difference["rejections"].push_back(difference_json(d));
        json["difference"] = difference;
    }
    for (const auto& ensemble : row.ensembles) json["ensembles"].push_back(ensemble_json(ensemble));
    return json;
}

std::string bare(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

/// One column per number, for programs.
TextTable number_table(const Comparison& comparison)
{
    TextTable table{{"model", "runs", "auc", "auc_error", "accuracy", "accuracy_error"}, {}, {}};
    if (has_rejections(comparison))
        for (const double e : comparison.signal_efficiencies)
            for (const auto* suffix : {"", "_error", "_is_lower_limit"})
                table.header.push_back(fmt::format("rejection@{}{}", e, suffix));
    table.header.insert(table.header.end(), {"parameters", "train_rate", "auc_difference",
                                             "auc_difference_error"});
    for (const auto& row : comparison.rows) {
        std::vector<std::string> cells{row.name,
                                       std::to_string(row.runs.size()),
                                       bare(row.auc.value),
                                       bare(row.auc.error),
                                       bare(row.accuracy.value),
                                       bare(row.accuracy.error)};
        for (const auto& r : row.rejections)
            cells.insert(cells.end(), {bare(r.value), bare(r.error), r.lower_limit ? "1" : "0"});
        cells.push_back(row.parameters >= 0 ? std::to_string(row.parameters) : "");
        cells.push_back(row.rate > 0 ? bare(row.rate) : "");
        cells.push_back(row.auc_difference ? bare(row.auc_difference->value) : "");
        cells.push_back(row.auc_difference ? bare(row.auc_difference->error) : "");
        table.rows.push_back(cells);
    }
    return table;
}

}  // namespace

TextTable table_text(const Comparison& comparison)
{
    TextTable table{table_header(comparison), {}, table_notes(comparison)};
    for (const auto& row : comparison.rows) {
        table.rows.push_back(table_row(row));
        for (const auto& ensemble : row.ensembles)
            table.rows.push_back(ensemble_row(ensemble, table.header.size()));
    }
    return table;
}

std::optional<TextTable> difference_text(const Comparison& comparison)
{
    if (comparison.bootstrap == 0) return {};
    TextTable table{{"minus " + comparison.rows.front().name, "AUC", "accuracy"}, {}, {}};
    for (const double e : comparison.signal_efficiencies) table.header.push_back(rejection_name(e));
    for (const auto& row : comparison.rows) {
        if (!row.auc_difference) continue;
        table.rows.push_back({row.name, cell(*row.auc_difference),
                              row.accuracy_difference ? cell(*row.accuracy_difference) : ""});
        for (const auto& difference : row.rejection_differences)
            table.rows.back().push_back(cell(difference));
    }
    table.notes.push_back(fmt::format("same rows; errors from {} paired bootstrap replicas",
                                      comparison.bootstrap));
    return table;
}

Json table_json(const Comparison& comparison)
{
    Json json{{"format_version", 1},
              {"content", "table"},
              {"signal_efficiencies", comparison.signal_efficiencies},
              {"rejection_rule", fmt::format("{}: {}", kRejectionRule, kRejectionRuleText)},
              {"bootstrap", comparison.bootstrap},
              {"rows", Json::array()},
              {"notes", comparison.notes}};
    for (const auto& row : comparison.rows) json["rows"].push_back(row_json(row, comparison));
    return json;
}

std::string format_table(const Comparison& comparison, const std::string& format)
{
    if (format == "csv") return csv(number_table(comparison));
    if (format == "json") return table_json(comparison).dump(2) + "\n";
    const auto write = format == "text" ? plain_text : format == "md" ? markdown : latex;
    if (write == latex && format != "tex")
        throw UserError("there is no format '{}' (text, md, tex, csv or json wanted).{}", format,
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
