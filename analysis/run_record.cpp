// SPDX-License-Identifier: Apache-2.0
#include "analysis/run_record.h"

#include <cstdlib>

#include "core/atomic_file.h"
#include "core/config_node.h"
#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// The run that `folder` is or belongs to.
fs::path training_folder(const fs::path& folder)
{
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored))
        throw UserError("{}: is no folder (a run folder is wanted). Give what jetsmith train wrote.",
                        folder.string());
    const fs::path whole = fs::weakly_canonical(folder);
    for (const auto& candidate : {whole, whole.parent_path().parent_path()})
        if (fs::exists(candidate / "metadata.json", ignored)) return candidate;
    throw UserError("{}: holds no run (metadata.json is missing; a run folder is wanted). Give what "
                    "jetsmith train wrote.",
                    folder.string());
}

/// What nlohmann::json says, without its own number of the error.
std::string json_problem(const nlohmann::json::exception& error)
{
    const std::string text = error.what();
    const auto end = text.find("] ");
    return end == std::string::npos ? text : text.substr(end + 2);
}

Json read_json(const fs::path& path)
{
    try {
        return Json::parse(read_text(path));
    } catch (const nlohmann::json::exception& error) {
        throw UserError("{}: is damaged ({}; whole JSON is wanted). Train the run again.",
                        path.string(), json_problem(error));
    }
}

template <typename T>
T value_or(const Json& json, const char* key, T otherwise)
{
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return otherwise;
    try {
        return found->get<T>();
    } catch (const nlohmann::json::exception&) {
        return otherwise;
    }
}

std::vector<double> configured_efficiencies(const std::string& text, const std::string& file)
{
    std::vector<double> efficiencies;
    const ConfigNode root = parse_yaml(text, file);
    const auto* section = root.find("evaluate");
    const auto* list = section ? section->find("signal_efficiencies") : nullptr;
    if (!list) return efficiencies;
    for (const auto& item : list->items) efficiencies.push_back(std::strtod(item.scalar.c_str(), nullptr));
    return efficiencies;
}

}  // namespace

RunRecord read_run(const fs::path& folder)
{
    RunRecord run;
    run.folder = folder;
    run.training = training_folder(folder);
    run.metadata = read_json(run.training / "metadata.json");
    run.name = value_or<std::string>(run.metadata, "name", run.training.filename().string());
    run.group = value_or<std::string>(run.metadata, "group", "");
    run.seed = value_or<int64_t>(run.metadata, "seed", -1);
    const fs::path whole = fs::weakly_canonical(folder);
    if (whole != run.training) run.evaluation = whole.filename().string();
    run.parameters = value_or<int64_t>(run.metadata, "parameters", -1);
    const Json rate = value_or<Json>(run.metadata, "train_rate", Json::object());
    run.rate = value_or(rate, "value", 0.0);
    run.rate_unit = value_or<std::string>(rate, "unit", "rows/s");
    if (fs::exists(run.training / "config.yaml")) {
        run.config = read_text(run.training / "config.yaml");
        run.signal_efficiencies = configured_efficiencies(run.config, "config.yaml");
    }
    if (!fs::exists(folder / "predictions.h5"))
        throw UserError("{}: has no predictions.h5 (its training did not reach the evaluation; "
                        "they are wanted). Run jetsmith evaluate on it.",
                        folder.string());
    run.predictions = read_predictions(folder / "predictions.h5");
    run.predictions.table.name = run.name;
    return run;
}

}  // namespace jetsmith::analysis
