// SPDX-License-Identifier: Apache-2.0
// When checkpoints are made, and which of them stay.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "trainers/callback.h"
#include "trainers/trainer_options.h"

namespace jetsmith {

/// Writes folder/step_<N> after every epoch, every so many steps or seconds, and when a signal ends
/// the training; moves the pointers `last` and `best` (by the figure `select`, at epoch ends) and
/// then removes all but the newest `keep_checkpoints` and the best. facts: see save_checkpoint.
std::unique_ptr<Callback> make_checkpoint_callback(const std::filesystem::path& folder,
                                                   const TrainerOptions& options,
                                                   nlohmann::ordered_json facts);

}  // namespace jetsmith
