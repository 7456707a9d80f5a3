// SPDX-License-Identifier: Apache-2.0
// A checkpoint is a folder step_<N> that appears whole or not at all:
//   model.safetensors     the weights to use (the average where there is one), buffers, and what
//                         the input learned ("input.<name>")
//   training.safetensors  the weights as trained, optimizer and callback tensors, running totals
//   state.json            position, schedule, callbacks, what the run is made of, and the seals of
//                         the two others
// Every byte is covered by a checksum: each tensor by one in its header, the header by one in
// state.json, and state.json by its own. Random streams have no state: see core/random.h.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "inputs/input.h"
#include "models/model.h"
#include "trainers/safetensors.h"

namespace jetsmith {

class Trainer;

inline constexpr const char* kModelFile = "model.safetensors";

/// A checkpoint in memory, verified.
struct Checkpoint {
    std::filesystem::path folder;
    TensorMap model, training;
    nlohmann::ordered_json state;
};

/// Writes the folder; one of the same name is exchanged for it in one step. `facts`: members of
/// state.json that say which run this is. Throws RunError when the disk is full, or when a weight, an
/// average or the optimizer's state is NaN or infinite; nothing is left behind then, and what was
/// there before is untouched.
void save_checkpoint(const std::filesystem::path& folder, Trainer& trainer,
                     const nlohmann::ordered_json& facts = nlohmann::ordered_json::object());

/// Reads and verifies all of it. Throws DamagedFile, or UserError for a newer format.
Checkpoint read_checkpoint(const std::filesystem::path& folder);

/// Verifies and reads model.safetensors.
TensorMap read_weights(const std::filesystem::path& folder);

/// Gives an input what it learned before it sees any row: what it makes of them may depend on it.
void put_input_state(const TensorMap& weights, Input& input);

enum class Cover { all, some };

/// Puts weights into a model and an input. `source` names them in messages. cover: all wants a
/// value for everything that the model and the input have; some leaves the rest as it is. Returns
/// true when the input got its state. Throws UserError when names or shapes do not fit, naming the
/// first.
bool put_weights(TensorMap weights, const std::filesystem::path& source, Model& model, Input& input,
                 Cover cover = Cover::all);

/// Puts a trainer of the same config, whose callbacks have begun, where the checkpoint was made.
/// Its model and input get the weights, too.
void restore(const Checkpoint& checkpoint, Trainer& trainer);

}  // namespace jetsmith
