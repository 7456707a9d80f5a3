// SPDX-License-Identifier: Apache-2.0
// A checkpoint is a folder step_<N> that appears whole or not at all:
//   model.safetensors     the weights to use (the average where there is one), buffers, and what
//                         the input learned ("input.<name>")
//   training.safetensors  the weights as trained, optimizer and callback tensors
//   state.json            position, schedule, callbacks
// Two pointer files beside the folders, `last` and `best`, hold a folder's name.
#pragma once

#include <filesystem>
#include <string>

#include "inputs/input.h"
#include "models/model.h"

namespace jetsmith {

class Trainer;

/// Writes the folder. Throws RunError when the disk is full; nothing is left behind then.
void save_checkpoint(const std::filesystem::path& folder, Trainer& trainer);

/// The folder that checkpoints/<pointer> of a run names. Throws UserError when it is missing.
std::filesystem::path checkpoint_folder(const std::filesystem::path& run,
                                        const std::string& pointer = "best");

/// Loads model.safetensors into a model and an input built from the same config. Throws UserError
/// when names or shapes differ, naming the first.
void load_weights(const std::filesystem::path& folder, Model& model, Input& input);

}  // namespace jetsmith
