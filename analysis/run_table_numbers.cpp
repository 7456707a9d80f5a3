// SPDX-License-Identifier: Apache-2.0
// The comparison table for programs: the JSON document and bare numbers.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/run_table.h"
#include "analysis/working_point.h"

namespace jetsmith::analysis {
namespace {

using Json = nlohmann::ordered_json;

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
    Json json{
        {"name", row.name},
        {"group", row.group},
        {"runs", row.runs.size()},
        {"test_rows", row.runs.front().rows},
        {"error_kind", row.auc.over_runs ? "spread over runs" : "statistical"},
        {"auc", figure_json(row.auc)},
        {"accuracy", figure_json(row.accuracy)},
        {"rejections", Json::array()},
        {"parameters", row.parameters >= 0 ? Json(row.parameters) : Json(nullptr)},
        {"train_rate",
         {{"value", row.rate > 0 ? Json(row.rate) : Json(nullptr)}, {"unit", row.rate_unit}}}};
    for (size_t c = 0; c < row.class_aucs.size(); ++c)
        json["auc" + comparison.classes[c]] = figure_json(row.class_aucs[c]);
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
        for (size_t c = 0; c < row.class_auc_differences.size(); ++c)
            difference["auc" + comparison.classes[c]] =
                difference_json(row.class_auc_differences[c]);
        json["difference"] = difference;
    }
    for (const auto& ensemble : row.ensembles) json["ensembles"].push_back(ensemble_json(ensemble));
    return json;
}

std::string bare(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

}  // namespace

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

TextTable table_numbers(const Comparison& comparison)
{
    TextTable table{{"model", "runs", "auc", "auc_error", "accuracy", "accuracy_error"}, {}, {}};
    for (const auto& name : comparison.classes)
        for (const auto* suffix : {"", "_error", "_difference", "_difference_error"})
            table.header.push_back("auc" + name + suffix);
    if (!comparison.rows.front().rejections.empty())
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
        for (size_t c = 0; c < comparison.classes.size(); ++c) {
            const FigureOfMerit figure = row.class_aucs.empty() ? FigureOfMerit{} : row.class_aucs[c];
            const bool compared = !row.class_auc_differences.empty();
            cells.insert(cells.end(),
                         {bare(figure.value), bare(figure.error),
                          compared ? bare(row.class_auc_differences[c].value) : "",
                          compared ? bare(row.class_auc_differences[c].error) : ""});
        }
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

}  // namespace jetsmith::analysis
