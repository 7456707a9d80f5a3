// SPDX-License-Identifier: Apache-2.0
#include "analysis/members_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/comparison.h"
#include "analysis/plot.h"
#include "analysis/report_page.h"
#include "analysis/run_table.h"
#include "core/atomic_file.h"
#include "core/errors.h"
#include "core/log.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json metadata_of(const fs::path& folder)
{
    std::error_code ignored;
    const fs::path file = folder / "metadata.json";
    if (!fs::exists(file, ignored)) return {};
    try {
        return Json::parse(read_text(file));
    } catch (const Json::exception& error) {
        throw UserError("{}: is damaged ({}). Train the run again.", file.string(), error.what());
    }
}

/// What a scan varied, and where each row of the table stands in it.
struct Scan {
    std::string key;
    bool numbers = true;
    std::vector<std::string> texts;  ///< values of `key` in the order of the scan
    std::vector<double> x;           ///< of each text: the number, or its place in the list
};

Scan scan_of(const Json& members)
{
    Scan scan;
    for (const auto& member : members) {
        const auto& values = member.at("values");
        if (values.empty()) return {};
        scan.key = values.begin().key();
        const auto text = values.begin().value().get<std::string>();
        if (std::find(scan.texts.begin(), scan.texts.end(), text) == scan.texts.end())
            scan.texts.push_back(text);
    }
    for (const auto& text : scan.texts) {
        char* end = nullptr;
        scan.x.push_back(std::strtod(text.c_str(), &end));
        scan.numbers = scan.numbers && *end == '\0';
    }
    if (!scan.numbers)
        for (size_t i = 0; i < scan.x.size(); ++i) scan.x[i] = static_cast<double>(i);
    return scan;
}

/// The curve that a member belongs to: the values of all keys but the first.
std::string other_values(const Json& values)
{
    std::string text;
    for (const auto& [key, value] : values.items())
        if (key != values.begin().key())
            text += (text.empty() ? "" : ", ") + key + " = " + value.get<std::string>();
    return text;
}

Axis scan_axis(const Scan& scan)
{
    Axis axis{.label = scan.key};
    const auto [low, high] = std::minmax_element(scan.x.begin(), scan.x.end());
    if (scan.numbers) {
        axis.log = *low > 0 && *high / *low > 20;
        const double margin = 0.05 * (*high - *low);
        if (!axis.log && margin > 0) axis.low = *low - margin, axis.high = *high + margin;
        return axis;
    }
    for (size_t i = 0; i < scan.x.size(); ++i)
        axis.extra_tics.emplace_back(scan.x[i], scan.texts[i]);
    axis.low = -0.5;
    axis.high = static_cast<double>(scan.x.size()) - 0.5;
    return axis;
}

/// A figure of merit of every row over the scanned value: a curve for each value of the other keys.
template <typename Pick>
Panel scan_panel(const Scan& scan, const Json& members, const Comparison& comparison,
                 const std::string& label, const Pick& pick)
{
    Panel panel{.y = {.label = label}, .curves = {}};
    for (const auto& row : comparison.rows) {
        const auto member = std::find_if(members.begin(), members.end(), [&](const Json& one) {
            return one.at("name").get<std::string>() == row.name;
        });
        const auto& figure = pick(row);
        if (member == members.end() || !std::isfinite(figure.value)) continue;
        const auto& values = member->at("values");
        const std::string name = other_values(values);
        auto curve = std::find_if(panel.curves.begin(), panel.curves.end(),
                                  [&](const Curve& one) { return one.name == name; });
        if (curve == panel.curves.end()) {
            Curve next;
            next.name = name;
            next.style = Curve::Style::points;
            next.colour = static_cast<int>(panel.curves.size());
            curve = panel.curves.insert(panel.curves.end(), next);
        }
        const std::string text = values.begin().value().template get<std::string>();
        const auto at = std::find(scan.texts.begin(), scan.texts.end(), text) - scan.texts.begin();
        const double error = std::isfinite(figure.error) ? figure.error : 0.0;
        curve->x.push_back(scan.x[static_cast<size_t>(at)]);
        curve->y.push_back(figure.value);
        curve->low.push_back(figure.value - error);
        curve->high.push_back(figure.value + error);
    }
    return panel;
}

/// AUC, and below it the first rejection where there is one.
std::string scan_svg(const Scan& scan, const Json& members, const Comparison& comparison)
{
    Figure figure{.x = scan_axis(scan), .panels = {}};
    figure.panels.push_back(scan_panel(scan, members, comparison, "AUC",
                                       [](const ComparisonRow& row) { return row.auc; }));
    if (!comparison.rows.front().rejections.empty())
        figure.panels.push_back(
            scan_panel(scan, members, comparison,
                       fmt::format("1/ε_B({})", comparison.signal_efficiencies.front()),
                       [](const ComparisonRow& row) { return row.rejections.front(); }));
    return draw(figure);
}

std::string scan_section(const fs::path& folder, const Scan& scan, const Json& members,
                         const Comparison& comparison)
{
    try {
        const std::string svg = scan_svg(scan, members, comparison);
        fs::create_directories(folder / "plots");
        write_atomically(folder / "plots" / "scan.svg", svg + "\n");
        const std::string caption = "Figures of merit on the test rows over " + scan.key +
                                    "; bars: spread over seeds, or statistical for one seed.";
        return section("Scan", grid(figure(svg, caption, caption)));
    } catch (const UserError& error) {
        log::warning("report without figures: {}", error.what());
        return "";
    }
}

std::string table_section(const Comparison& comparison)
{
    const TextTable text = table_text(comparison);
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : text.rows) {
        rows.emplace_back();
        for (const auto& cell : row) rows.back().push_back(html_text(cell));
    }
    std::vector<std::string> header;
    for (const auto& cell : text.header) header.push_back(html_text(cell));
    std::string html = table(header, rows);
    for (const auto& note : text.notes) html += "<p>" + html_text(note) + "</p>\n";
    return section("All members", html);
}

std::string links_section(const Json& members)
{
    std::string html = "<ul>\n";
    for (const auto& member : members) {
        const auto folder = html_text(member.at("folder").get<std::string>());
        html += fmt::format("<li><a href=\"{0}/report.html\">{0}</a></li>\n", folder);
    }
    return section("Reports of the members", html + "</ul>\n");
}

}  // namespace

std::vector<fs::path> member_folders(const fs::path& folder)
{
    std::error_code ignored;
    if (fs::exists(folder / "predictions.h5", ignored)) return {folder};
    return trained_folders(folder);
}

std::vector<fs::path> trained_folders(const fs::path& folder)
{
    const Json metadata = metadata_of(folder);
    if (!metadata.is_object() || !metadata.contains("members")) return {folder};
    std::vector<fs::path> folders;
    for (const auto& member : metadata.at("members"))
        folders.push_back(folder / member.at("folder").get<std::string>());
    return folders;
}

void write_members_report(const fs::path& folder)
{
    const Json metadata = metadata_of(folder);
    if (!metadata.is_object() || !metadata.contains("members"))
        throw UserError("{}: has no members. Give the folder of a repeat or a scan.",
                        folder.string());
    const Json& members = metadata.at("members");
    TableOptions options;
    options.bootstrap = 0;
    const Comparison comparison = compare_runs(member_folders(folder), options);
    const std::string name = metadata.value("name", folder.filename().string());
    std::string html = "<header>\n<h1>" + html_text(name) + "</h1>\n</header>\n";
    html += table_section(comparison);
    const Scan scan = scan_of(members);
    if (!scan.key.empty()) html += scan_section(folder, scan, members, comparison);
    html += links_section(members);
    write_atomically(folder / "table.md", markdown(table_text(comparison)));
    write_atomically(folder / "report.html", page(name + " – jetsmith report", html));
}

}  // namespace jetsmith::analysis
