// SPDX-License-Identifier: Apache-2.0
// Going on with a run: what must be as it was, and putting its trainer where it stopped.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>

#include "core/config_node.h"
#include "trainers/callback.h"
#include "trainers/checkpoint.h"

namespace jetsmith {

/// What state.json says of the run: the SHA-256 of the data of each split, in the order of the
/// files, and versions. hashes: {split: {file: SHA-256}}.
nlohmann::ordered_json run_facts(const nlohmann::ordered_json& hashes);

/// Compares resolved configs key by key, and files by their content. Lengths, devices and the like
/// may change (trainer.epochs, trainer.device, ...). Throws UserError naming every key that may not
/// and differs, with both values.
void check_same_run(const ConfigNode& before, const ConfigNode& now,
                    const nlohmann::ordered_json& facts_before,
                    const nlohmann::ordered_json& facts_now, const std::string& run);

/// The same of the keys alone and before any row is read: the section `model`, which is resolved
/// once its rows are known, is left out.
void check_same_settings(const ConfigNode& before, const ConfigNode& now, const std::string& run);

/// Puts the trainer where the checkpoint was made, once all other callbacks have begun.
std::unique_ptr<Callback> make_resume_callback(Checkpoint checkpoint);

}  // namespace jetsmith
