// SPDX-License-Identifier: Apache-2.0
// What a run folder (docs/run-folder.md) tells about a training, read back for tables and reports.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/predictions.h"

namespace jetsmith::analysis {

struct RunRecord {
    std::filesystem::path folder;    ///< as given: of the run or of one of its evaluations
    std::filesystem::path training;  ///< of the run
    std::string name;
    std::string group;        ///< equal for runs of one model
    int64_t seed = -1;        ///< of the training; -1 when unknown
    std::string evaluation;   ///< name of the evaluation; empty for the run itself
    int64_t parameters = -1;  ///< -1 when unknown
    double rate = 0;          ///< of training; 0 when unknown
    std::string rate_unit;
    nlohmann::ordered_json metadata;
    std::string config;              ///< text of config.yaml; may be empty
    std::vector<double> signal_efficiencies;  ///< of the evaluate section; may be empty
    Predictions predictions;
};

/// Reads metadata.json, config.yaml and predictions.h5. `folder` is a run or <run>/evaluations/<x>.
/// Throws UserError naming the file that is missing or damaged and what to do.
RunRecord read_run(const std::filesystem::path& folder);

}  // namespace jetsmith::analysis
