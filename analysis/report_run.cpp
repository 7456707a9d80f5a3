// SPDX-License-Identifier: Apache-2.0
#include "analysis/report_run.h"

#include "analysis/members_report.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "core/log.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

double number(const std::string& text)
{
    double value = std::numeric_limits<double>::quiet_NaN();
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// Calls read(path) when the file is there; a file that cannot be used costs its sections only.
template <typename Read>
void if_there(const fs::path& path, const Read& read)
{
    if (!fs::is_regular_file(path)) return;
    try {
        read(path);
    } catch (const std::exception& error) {
        log::warning("{}: left out of the report ({})", path.string(), error.what());
    }
}

/// The metric by which the best checkpoint was chosen, as history.csv names it.
std::string selected_metric(const std::string& config)
{
    const YAML::Node select = YAML::Load(config)["trainer"]["select"];
    return select && select.IsScalar() ? select.as<std::string>() : "";
}

ReportRun read_run(const fs::path& folder)
{
    ReportRun run;
    run.folder = folder;
    if_there(folder / "config.yaml", [&](const fs::path& p) {
        run.config = read_text(p);
        run.select = selected_metric(run.config);
    });
    if_there(folder / "data_card.txt", [&](const fs::path& p) { run.data_card = read_text(p); });
    if_there(folder / "metadata.json",
             [&](const fs::path& p) { run.metadata = Json::parse(read_text(p)); });
    if_there(folder / "metrics.json",
             [&](const fs::path& p) { run.metrics = Json::parse(read_text(p)); });
    if_there(folder / "history.csv",
             [&](const fs::path& p) { run.history = number_table(read_csv(read_text(p))); });
    if_there(folder / "roc.csv",
             [&](const fs::path& p) { run.curves = read_roc_csv(read_text(p)); });
    if_there(folder / "predictions.h5",
             [&](const fs::path& p) { run.predictions = read_predictions(p); });
    if_there(folder / "report_images.h5",
             [&](const fs::path& p) { run.images = read_report_images(p); });
    const bool named =
        run.metadata.is_object() && run.metadata.value("/name"_json_pointer, Json()).is_string();
    run.name = named ? run.metadata["name"].get<std::string>() : folder.filename().string();
    return run;
}

bool empty(const ReportRun& run)
{
    return run.config.empty() && run.metadata.is_null() && run.metrics.is_null() &&
           run.history.names.empty() && run.curves.empty() && !run.predictions && !run.images;
}

/// Runs of one name also show their folders.
void make_names_differ(std::vector<ReportRun>& runs)
{
    std::vector<std::string> names;
    for (const auto& run : runs) names.push_back(run.name);
    for (size_t i = 0; i < runs.size(); ++i)
        if (std::count(names.begin(), names.end(), names[i]) > 1)
            runs[i].name += " (" + runs[i].folder.filename().string() + ")";
}

}  // namespace

const std::vector<double>* NumberTable::column(const std::string& name) const
{
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? nullptr : &columns[found - names.begin()];
}

std::vector<std::vector<std::string>> read_csv(const std::string& text)
{
    std::vector<std::vector<std::string>> rows;
    bool quoted = false, new_row = true;
    for (size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (new_row) rows.emplace_back(1), new_row = false;
        if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
            rows.back().back() += text[++i];
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            rows.back().emplace_back();
        } else if (c == '\n' && !quoted) {
            new_row = true;
        } else if (c != '\r') {
            rows.back().back() += c;
        }
    }
    return rows;
}

NumberTable number_table(const std::vector<std::vector<std::string>>& rows)
{
    NumberTable table;
    if (rows.size() < 2) return table;
    table.names = rows.front();
    table.columns.resize(table.names.size());
    for (size_t r = 1; r < rows.size(); ++r)
        for (size_t c = 0; c < table.columns.size(); ++c)
            table.columns[c].push_back(number(c < rows[r].size() ? rows[r][c] : ""));
    return table;
}

std::vector<RocCurve> read_roc_csv(const std::string& text)
{
    const auto rows = read_csv(text);
    const NumberTable table = number_table(rows);
    const auto* signal = table.column("signal_efficiency");
    const auto* background = table.column("background_efficiency");
    const auto* background_error = table.column("background_efficiency_error");
    const auto* rejection = table.column("rejection");
    const auto* error = table.column("rejection_error");
    const auto* limit = table.column("rejection_is_lower_limit");
    if (!signal || !background || !background_error || !rejection || !error || !limit ||
        table.names.front() != "tagger")
        throw UserError(
            "not a table of ROC curves (columns tagger, signal_efficiency, "
            "background_efficiency, background_efficiency_error, rejection, "
            "rejection_error and rejection_is_lower_limit wanted)");
    std::vector<RocCurve> curves;
    for (size_t i = 0; i < signal->size(); ++i) {
        const std::string& name = rows[i + 1].front();
        if (curves.empty() || curves.back().name != name) curves.push_back({name, {}});
        WorkingPoint point;
        point.signal_efficiency = (*signal)[i];
        point.background_efficiency = (*background)[i];
        point.background_error = (*background_error)[i];
        point.rejection = (*rejection)[i];
        point.rejection_error = (*error)[i];
        point.lower_limit = (*limit)[i] != 0;
        curves.back().points.push_back(point);
    }
    return curves;
}

std::vector<ReportRun> read_report_runs(const std::vector<fs::path>& folders)
{
    std::vector<ReportRun> runs;
    for (const auto& given : folders) {
        if (!fs::is_directory(given))
            throw UserError(
                "{}: is no folder (the folder of a run wanted). Give a folder that "
                "jetsmith train wrote.",
                given.string());
        for (const auto& folder : member_folders(given))
            runs.push_back(read_run(fs::canonical(folder)));
        if (empty(runs.back()))
            throw UserError(
                "{}: holds nothing of a run (config.yaml, metrics.json, history.csv or "
                "predictions.h5 wanted). Give a folder that jetsmith train wrote.",
                given.string());
    }
    make_names_differ(runs);
    return runs;
}

}  // namespace jetsmith::analysis
