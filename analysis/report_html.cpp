// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_html.h"

#include <fmt/format.h>

#include "analysis/report_figures.h"
#include "analysis/report_page.h"
#include "analysis/report_sections.h"
#include "analysis/text_tables.h"
#include "core/atomic_file.h"
#include "core/errors.h"
#include "core/log.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;

/// Draws figures for the page and keeps them for plots/. The first failure is told once; the page
/// then goes on without figures.
class Drawer {
  public:
    std::string figures(const std::vector<ReportFigure>& wanted)
    {
        std::string html;
        for (const auto& one : wanted) html += drawn(one);
        return grid(html);
    }

    const std::vector<std::pair<std::string, std::string>>& files() const { return files_; }

  private:
    std::string drawn(const ReportFigure& wanted)
    {
        if (failed_) return "";
        try {
            const std::string svg = draw(wanted.figure);
            files_.emplace_back(wanted.file + ".svg", svg);
            return figure(svg, wanted.caption, wanted.caption);
        } catch (const UserError& error) {
            log::warning("report without figures: {}", error.what());
            failed_ = true;
            return "";
        }
    }

    std::vector<std::pair<std::string, std::string>> files_;
    bool failed_ = false;
};

std::string text_of(const nlohmann::ordered_json& object, const char* key)
{
    const auto found = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && found != object.end() && found->is_string()
               ? found->get<std::string>()
               : "";
}

std::string rows_text(const nlohmann::ordered_json& metrics)
{
    if (!metrics.is_object() || !metrics.contains("classes")) return "";
    std::string text;
    for (const auto& one : metrics["classes"])
        text += (text.empty() ? "" : ", ") + grouped(one.value("rows", int64_t{0})) + " " +
                one.value("name", std::string());
    const std::string split = metrics.value("split", std::string());
    if (metrics.value("multi_label", false))
        text = grouped(metrics.value("rows", int64_t{0})) + "; with " + text;
    return (split == "val" ? "validation rows: " : split == "test" ? "test rows: " : "rows: ") +
           text;
}

std::string join(const std::vector<std::string>& parts, const char* between)
{
    std::string text;
    for (const auto& part : parts)
        if (!part.empty()) text += (text.empty() ? "" : between) + part;
    return text;
}

std::string header(const std::vector<ReportRun>& runs, const std::string& title)
{
    std::string html = "<header>\n<h1>" + html_text(title) + "</h1>\n";
    for (const auto& run : runs) {
        std::string started = text_of(run.metadata, "started");
        for (char& c : started)
            if (c == 'T') c = ' ';
        const std::string line =
            join({runs.size() > 1 ? run.name : "", run.folder.filename().string(),
                  started.empty() ? "" : "started " + started, rows_text(run.metrics)},
                 " · ");
        html += "<p>" + html_text(line) + "</p>\n";
    }
    return html + "</header>\n";
}

std::string performance_section(const std::vector<ReportRun>& runs, Drawer& drawer)
{
    auto figures = roc_figures(runs);
    for (const auto& run : runs)
        for (auto& figure : score_figures(run)) {
            if (runs.size() > 1) figure.caption = run.name + ": " + figure.caption;
            figures.push_back(std::move(figure));
        }
    return section("ROC and scores", drawer.figures(figures));
}

std::string anomaly_section(const std::vector<ReportRun>& runs, Drawer& drawer)
{
    std::vector<ReportFigure> figures;
    for (size_t r = 0; r < runs.size(); ++r)
        for (const auto& part : {latent_figures(runs[r]), sculpting_figures(runs[r])})
            for (ReportFigure figure : part) {
                if (runs.size() > 1) figure.caption = runs[r].name + ": " + figure.caption;
                figures.push_back(std::move(figure));
            }
    return section("Latent space and mass", drawer.figures(figures));
}

/// A section whose input is not what jetsmith writes costs that section only.
template <typename Write>
std::string guarded(const char* name, const Write& write)
{
    try {
        return write();
    } catch (const nlohmann::json::exception& error) {
        log::warning("report without {}: {}", name, error.what());
    } catch (const UserError& error) {
        log::warning("report without {}: {}", name, error.what());
    }
    return "";
}

std::string document(const std::vector<ReportRun>& runs, Drawer& drawer)
{
    std::vector<std::string> names;
    for (const auto& run : runs) names.push_back(run.name);
    const std::string title = join(names, ", ");
    std::string html = guarded("rows", [&] { return header(runs, title); });
    html += guarded("metrics", [&] { return headline_section(runs); });
    html += guarded("ROC and scores", [&] { return performance_section(runs, drawer); });
    html += guarded("observers", [&] {
        return section("Rejection against observers", drawer.figures(rejection_figures(runs)));
    });
    html += guarded("anomaly figures", [&] { return anomaly_section(runs, drawer); });
    html += guarded("confusion matrix", [&] { return confusion_section(runs); });
    html += section("Training", drawer.figures(history_figures(runs)));
    html += image_section(runs);
    html += provenance_section(runs);
    const std::string version = text_of(runs.front().metadata, "version");
    html += "<footer>jetsmith " + html_text(version) + "</footer>\n";
    return page(title + " – jetsmith report", html);
}

}  // namespace

std::string report_html(const std::vector<fs::path>& runs)
{
    ensure(!runs.empty(), "a report wants at least one run");
    Drawer drawer;
    return document(read_report_runs(runs), drawer);
}

void write_report(const std::vector<fs::path>& folders, const fs::path& out)
{
    ensure(!folders.empty(), "a report wants at least one run");
    const auto runs = read_report_runs(folders);
    Drawer drawer;
    write_atomically(out, document(runs, drawer));
    if (runs.size() > 1 || drawer.files().empty()) return;
    const fs::path plots = runs.front().folder / "plots";
    std::error_code failed;
    fs::create_directories(plots, failed);
    if (failed)
        throw RunError("{}: cannot be made ({}). The page itself was written.", plots.string(),
                       failed.message());
    for (const auto& [name, svg] : drawer.files()) write_atomically(plots / name, svg + "\n");
}

}  // namespace jetsmith::analysis
