// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/report_page.h"
#include "analysis/text_tables.h"

namespace jetsmith::analysis {
namespace {

using Json = nlohmann::ordered_json;

double number(const Json& object, const char* key)
{
    const auto found = object.find(key);
    return found != object.end() && found->is_number() ? found->get<double>()
                                                       : std::numeric_limits<double>::quiet_NaN();
}

/// The metrics of a run's tagger; an empty object when there are none.
Json metrics_of(const ReportRun& run)
{
    const Json found = run.metrics.is_object()
                           ? run.metrics.value("/taggers/0/metrics"_json_pointer, Json::object())
                           : Json::object();
    return found.is_object() ? found : Json::object();
}

/// Value and error apart: a card has them on two lines.
struct Quoted {
    std::string value, error;
};

Quoted quoted(const Json& metric)
{
    const double value = number(metric, "value"), bootstrap = number(metric, "bootstrap_error");
    if (metric.value("lower_limit", false))
        return {fmt::format("&gt; {:.4g}", value), "95 % limit"};
    const std::string text =
        with_error(value, std::isnan(bootstrap) ? number(metric, "error") : bootstrap);
    const auto cut = text.find(" +- ");
    return cut == std::string::npos ? Quoted{text, ""}
                                    : Quoted{text.substr(0, cut), text.substr(cut + 4)};
}

std::string cell(const Json& metric)
{
    const Quoted q = quoted(metric);
    if (q.error.empty()) return q.value;
    return q.value + (metric.value("lower_limit", false) ? "" : " ± " + q.error);
}

std::string parameters(const ReportRun& run)
{
    const double count = run.metadata.is_object() ? number(run.metadata, "parameters") : NAN;
    return std::isnan(count) ? "" : grouped(static_cast<int64_t>(count));
}

std::string rate(const ReportRun& run)
{
    if (!run.metadata.is_object() || !run.metadata.contains("train_rate")) return "";
    const Json& rate = run.metadata["train_rate"];
    if (!rate.is_object() || std::isnan(number(rate, "value"))) return "";
    return grouped(std::llround(number(rate, "value"))) + " " +
           html_text(rate.value("unit", std::string("rows/s")));
}

std::string hardware(const ReportRun& run)
{
    if (!run.metadata.is_object() || !run.metadata.contains("hardware")) return "";
    const Json& hardware = run.metadata["hardware"];
    if (!hardware.is_object()) return "";
    for (const char* key : {"device_name", "gpu", "processor", "device"})
        if (hardware.contains(key) && hardware[key].is_string())
            return html_text(hardware[key].get<std::string>());
    return "";
}

std::string card(const std::string& what, const std::string& value, const std::string& note)
{
    if (value.empty()) return "";
    return fmt::format(
        "<div class=\"card\"><div class=\"what\">{}</div><div class=\"value\">{}</div>"
        "<div class=\"note\">{}</div></div>\n",
        what, value, note.empty() ? "&nbsp;" : note);
}

/// Pairs of classes ("auc[top|qcd]") are too many for a headline.
bool shown(const std::string& metric) { return metric.find('|') == std::string::npos; }

std::string metric_table(const Json& metrics)
{
    std::vector<std::vector<std::string>> rows;
    for (const auto& [name, metric] : metrics.items()) {
        const double passing = number(metric, "background_rows");
        rows.push_back({metric_name_html(name), cell(metric),
                        std::isnan(passing) ? "" : grouped(std::llround(passing)),
                        html_text(metric.value("rule", std::string()))});
    }
    return table({"metric", "value", "background rows passing", "rule"}, rows);
}

std::string cards(const ReportRun& run)
{
    std::string html;
    const Json metrics = metrics_of(run);
    for (const auto& [name, metric] : metrics.items()) {
        if (!shown(name)) continue;
        const Quoted q = quoted(metric);
        html += card(metric_name_html(name), q.value,
                     q.error.empty() || q.error.starts_with("95") ? q.error : "± " + q.error);
    }
    html += card("parameters", parameters(run), "");
    html += card("training rate", rate(run), hardware(run));
    return html.empty() ? "" : "<div class=\"cards\">\n" + html + "</div>\n";
}

std::string comparison(std::span<const ReportRun> runs)
{
    std::vector<std::string> names, header{"run"};
    for (const auto& run : runs) {
        const Json metrics = metrics_of(run);
        for (const auto& [name, ignored] : metrics.items())
            if (shown(name) && std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(name);
    }
    for (const auto& name : names) header.push_back(metric_name_html(name));
    header.insert(header.end(), {"parameters", "training rate"});
    std::vector<std::vector<std::string>> rows;
    for (const auto& run : runs) {
        const Json metrics = metrics_of(run);
        rows.push_back({html_text(run.name)});
        for (const auto& name : names)
            rows.back().push_back(metrics.contains(name) ? cell(metrics[name]) : "–");
        rows.back().push_back(parameters(run).empty() ? "–" : parameters(run));
        rows.back().push_back(rate(run).empty() ? "–" : rate(run));
    }
    return table(header, rows);
}

/// A cell whose ground darkens with the share; white letters on dark ground.
std::string share_cell(double share, int64_t rows)
{
    if (std::isnan(share)) return "–";
    const double strength = std::clamp(share, 0.0, 1.0);
    const auto mix = [&](int full) {
        return static_cast<int>(std::lround(255 + strength * (full - 255)));
    };
    return fmt::format(
        "<td style=\"background:#{:02x}{:02x}{:02x};color:{}\" title=\"{} rows\">{:.1f}</td>",
        mix(0), mix(0x52), mix(0x85), strength > 0.55 ? "#fff" : "#1b1f24", grouped(rows),
        100 * share);
}

std::string confusion_table(const ReportRun& run)
{
    if (!run.metrics.is_object()) return "";
    const Json confusion = run.metrics.value("/taggers/0/confusion"_json_pointer, Json());
    if (!confusion.is_object() || !run.metrics.contains("classes")) return "";
    const Json& classes = run.metrics["classes"];
    if (classes.size() < 3) return "";
    std::vector<std::string> header{"true \\ decided"};
    std::vector<std::vector<std::string>> rows;
    for (size_t truth = 0; truth < classes.size(); ++truth) {
        const std::string name = html_text(classes[truth].value("name", std::to_string(truth)));
        header.push_back(name);
        rows.push_back({name});
        for (size_t decided = 0; decided < classes.size(); ++decided) {
            const Json& share = confusion.at("shares").at(truth).at(decided);
            rows.back().push_back(
                share_cell(share.is_number() ? share.get<double>() : NAN,
                           confusion.at("rows").at(truth).at(decided).get<int64_t>()));
        }
    }
    return table(header, rows);
}

void add_facts(std::vector<std::vector<std::string>>& rows, const Json& value,
               const std::string& name)
{
    if (value.is_object()) {
        for (const auto& [key, item] : value.items())
            add_facts(rows, item, name.empty() ? key : name + "." + key);
    } else {
        rows.push_back({html_text(name),
                        html_text(value.is_string() ? value.get<std::string>() : value.dump())});
    }
}

}  // namespace

std::string headline_section(std::span<const ReportRun> runs)
{
    if (runs.size() > 1) return section("Comparison", comparison(runs));
    const Json metrics = metrics_of(runs.front());
    std::string html = cards(runs.front());
    if (!metrics.empty())
        html += fold("All figures of merit and their rules", metric_table(metrics));
    return html;
}

std::string confusion_section(std::span<const ReportRun> runs)
{
    std::string html;
    for (const auto& run : runs) {
        const std::string one = confusion_table(run);
        if (one.empty()) continue;
        if (runs.size() > 1) html += "<h3>" + html_text(run.name) + "</h3>\n";
        html += one + "<p class=\"note\">Per cent of each true class by decided class.</p>\n";
    }
    return section("Confusion matrix", html);
}

std::string provenance_section(std::span<const ReportRun> runs)
{
    std::string html;
    for (const auto& run : runs) {
        if (runs.size() > 1) html += "<h3>" + html_text(run.name) + "</h3>\n";
        if (!run.data_card.empty()) html += fold("Data card", preformatted(run.data_card));
        if (!run.config.empty()) html += fold("config.yaml", preformatted(run.config));
        if (!run.metadata.is_object()) continue;
        std::vector<std::vector<std::string>> rows;
        add_facts(rows, run.metadata, "");
        html += fold("Environment", table({}, rows));
    }
    return section("Data, config and environment", html);
}

}  // namespace jetsmith::analysis
