// SPDX-License-Identifier: Apache-2.0
// What a run folder holds, read as far as it is there.
#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "analysis/predictions.h"
#include "analysis/report_images.h"
#include "analysis/roc.h"

namespace jetsmith::analysis {

/// Columns of numbers by name; an empty or unreadable cell is NaN.
struct NumberTable {
    std::vector<std::string> names;
    std::vector<std::vector<double>> columns;

    const std::vector<double>* column(const std::string& name) const;
};

struct ReportRun {
    std::filesystem::path folder;
    std::string name;    ///< as shown; made different from the other runs
    std::string config;  ///< config.yaml; empty when absent, as are the others
    std::string data_card;
    std::string select;               ///< trainer.select of the config
    nlohmann::ordered_json metadata;  ///< null when absent
    nlohmann::ordered_json metrics;   ///< null when absent
    NumberTable history;
    std::vector<RocCurve> curves;  ///< roc.csv
    std::optional<Predictions> predictions;
    std::optional<ReportImages> images;
};

/// Reads each folder. Damaged files are left out with a warning. Throws UserError for a path that
/// is no folder or holds nothing of a run.
std::vector<ReportRun> read_report_runs(const std::vector<std::filesystem::path>& folders);

/// Comma-separated text with a header line; fields may be quoted.
std::vector<std::vector<std::string>> read_csv(const std::string& text);

/// Texts become NaN, as do empty cells.
NumberTable number_table(const std::vector<std::vector<std::string>>& rows);

/// The curves of roc.csv, in the order of the file.
std::vector<RocCurve> read_roc_csv(const std::string& text);

}  // namespace jetsmith::analysis
