// SPDX-License-Identifier: Apache-2.0
// The `init:` section: a new run that begins with the weights of another one, all or some of them,
// and may keep some of them as they are.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/config.h"
#include "inputs/input.h"
#include "models/model.h"

namespace jetsmith {

struct InitOptions {
    std::filesystem::path from;  ///< a run folder; empty: nothing to take over
    std::vector<std::string> include{"*"};
    std::vector<std::string> exclude;
    std::vector<std::string> freeze;

    InitOptions() = default;
    explicit InitOptions(Config& config);
};

/// The weights file of the run's best checkpoint. Throws UserError when it is none.
std::filesystem::path initial_weights_file(const InitOptions& options);

/// Takes over the parameters, buffers and "input.<name>" statistics whose names fit `include` and
/// not `exclude` (shell patterns). Returns true when the input was among them and needs no fit.
/// Throws UserError for a pattern that fits nothing and for a tensor of another shape.
bool take_initial_weights(const InitOptions& options, Model& model, Input& input);

/// Parameters that fit `freeze` get no gradient and no weight decay (running means of a batch norm
/// go on). Throws UserError for a pattern that fits nothing and when nothing is left to train.
void freeze(const InitOptions& options, Model& model);

}  // namespace jetsmith
