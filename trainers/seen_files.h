// SPDX-License-Identifier: Apache-2.0
// The files of a run, and whether figures are measured on such as helped to make its input.
#pragma once

#include <nlohmann/json.hpp>

#include "trainers/training_run.h"

namespace jetsmith {

/// {split: {file: SHA-256}}. Waits for hashes that are still being computed.
nlohmann::ordered_json source_hashes(RunBuilder& run);

/// Warns of every file of validation and test rows, with folds of training rows, that the input was
/// made with: figures would flatter. hashes: as source_hashes().
void warn_of_seen_files(const RunBuilder& run, const nlohmann::ordered_json& hashes);

}  // namespace jetsmith
