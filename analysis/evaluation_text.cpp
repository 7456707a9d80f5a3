// SPDX-License-Identifier: Apache-2.0
// How an evaluation is written down: the JSON document and the lines on the terminal.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/class_questions.h"
#include "analysis/evaluation.h"
#include "analysis/text_tables.h"

namespace jetsmith::analysis {
namespace {

using Json = nlohmann::ordered_json;

/// JSON knows no NaN and no infinity.
Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json metric_json(const Measured& measured)
{
    Json json = {{"value", number(measured.value)},
                 {"error", number(measured.error)},
                 {"lower_limit", measured.lower_limit},
                 {"rule", measured.rule}};
    for (const auto& [key, value] : measured.details) json[key] = number(value);
    return json;
}

Json confusion_json(const ConfusionMatrix& matrix)
{
    Json rows = Json::array(), shares = Json::array();
    for (int64_t truth = 0; truth < matrix.classes; ++truth) {
        Json row = Json::array(), share = Json::array();
        for (int64_t decided = 0; decided < matrix.classes; ++decided) {
            row.push_back(matrix.rows_CC[truth * matrix.classes + decided]);
            share.push_back(number(matrix.share(truth, decided)));
        }
        rows.push_back(row);
        shares.push_back(share);
    }
    return {{"rows", rows}, {"shares", shares}};
}

Json spread_json(const Spread& spread)
{
    return {{"median", number(spread.median)},
            {"spread", number(spread.deviation)},
            {"lower_limit", spread.lower_limit}};
}

Json ensemble_json(const EnsembleResult& ensemble, const EvaluateOptions& options)
{
    Json json = {{"combine", ensemble.how == Combine::mean ? "mean" : "median"},
                 {"size", ensemble.size},
                 {"combinations", ensemble.combinations},
                 {"auc", spread_json(ensemble.auc)}};
    for (size_t e = 0; e < ensemble.rejections.size(); ++e)
        json[fmt::format("rejection@{}", options.signal_efficiencies[e])] =
            spread_json(ensemble.rejections[e]);
    return json;
}

Json classes_json(const ScoreTable& table)
{
    std::vector<int64_t> rows(table.label_count());
    std::vector<double> weights(table.label_count());
    for (int64_t row = 0; row < table.rows; ++row)
        for (int64_t label = 0; label < table.label_count(); ++label)
            if (table.belongs(row, label)) ++rows[label], weights[label] += table.weight(row);
    Json classes = Json::array();
    for (int64_t label = 0; label < table.label_count(); ++label)
        classes.push_back({{"label", label},
                           {"name", table.class_name(label)},
                           {"rows", rows[label]},
                           {"sum_of_weights", number(weights[label])}});
    return classes;
}

/// The metrics that have a column each on the terminal: for many classes pairs would be too many.
std::vector<std::string> shown_metrics(const TaggerResult& tagger)
{
    std::vector<std::string> names;
    for (const auto& measured : tagger.metrics)
        if (measured.name.find('|') == std::string::npos) names.push_back(measured.name);
    return names;
}

std::string heading(const std::string& name)
{
    const auto at = name.find('@');
    if (name.starts_with("signal_efficiency") && at != std::string::npos)
        return fmt::format("eps_S{}(1/{})", name.substr(17, at - 17), name.substr(at + 1));
    if (!name.starts_with("rejection") || at == std::string::npos) return name;
    return fmt::format("1/eps_B{}({})", name.substr(9, at - 9), name.substr(at + 1));
}

std::string metric_cell(const Measured& measured)
{
    if (measured.lower_limit) return fmt::format("> {:.4g}", measured.value);
    const auto bootstrap = measured.details.find("bootstrap_error");
    return with_error(measured.value,
                      bootstrap == measured.details.end() ? measured.error : bootstrap->second);
}

TextTable ensemble_table(const EvaluationResult& result, const EvaluateOptions& options)
{
    TextTable table{{"ensemble", "AUC"}, {}, {}};
    for (const double efficiency : options.signal_efficiencies)
        table.header.push_back(fmt::format("1/eps_B({})", efficiency));
    for (const auto& ensemble : result.ensembles) {
        table.rows.push_back(
            {fmt::format("{} of {} runs, {} subsets",
                         ensemble.how == Combine::mean ? "mean" : "median", ensemble.size,
                         ensemble.combinations),
             with_error(ensemble.auc.median, ensemble.auc.deviation)});
        for (const auto& spread : ensemble.rejections)
            table.rows.back().push_back(spread.lower_limit
                                            ? fmt::format("> {:.4g}", spread.median)
                                            : with_error(spread.median, spread.deviation));
    }
    return table;
}

}  // namespace

Json metrics_json(const EvaluationResult& result, const ScoreTable& first,
                  const EvaluateOptions& options)
{
    Json json = {{"format_version", 1},
                 {"content", "metrics"},
                 {"rows", first.rows},
                 {"weighted", first.weighted()},
                 {"classes", classes_json(first)}};
    if (first.multi_label) json["multi_label"] = true;
    if (!first.split.empty()) json["split"] = first.split;
    const int64_t signal = options.signal_label(first);
    if (signal >= 0) json["signal"] = first.class_name(signal);
    json["rejection_rule"] = fmt::format("{}: {}", kRejectionRule, kRejectionRuleText);
    if (options.bootstrap > 0)
        json["bootstrap"] = {{"replicas", options.bootstrap}, {"seed", options.seed}};
    Json taggers = Json::array();
    for (const auto& tagger : result.taggers) {
        Json metrics = Json::object();
        for (const auto& measured : tagger.metrics) metrics[measured.name] = metric_json(measured);
        Json entry = {{"name", tagger.name}, {"metrics", metrics}};
        if (tagger.confusion) entry["confusion"] = confusion_json(*tagger.confusion);
        taggers.push_back(entry);
    }
    json["taggers"] = taggers;
    for (const auto& ensemble : result.ensembles)
        json["ensembles"].push_back(ensemble_json(ensemble, options));
    return json;
}

std::string metrics_text(const EvaluationResult& result, const ScoreTable& first,
                         const EvaluateOptions& options)
{
    TextTable table{{"tagger"}, {}, {}};
    const auto shown = shown_metrics(result.taggers.front());
    for (const auto& name : shown) table.header.push_back(heading(name));
    for (const auto& tagger : result.taggers) {
        std::vector<std::string> row{tagger.name};
        for (const auto& measured : tagger.metrics)
            if (measured.name.find('|') == std::string::npos) row.push_back(metric_cell(measured));
        table.rows.push_back(row);
    }
    table.notes.push_back("rows: " + counted_rows(first));
    table.notes.push_back(fmt::format("rule: {}", kRejectionRuleText));
    if (options.bootstrap > 0)
        table.notes.push_back(
            fmt::format("errors: {} Poisson bootstrap replicas", options.bootstrap));
    std::string text = plain_text(table);
    if (!result.ensembles.empty())
        text += "\n" + plain_text(ensemble_table(result, options));
    return text;
}

}  // namespace jetsmith::analysis
