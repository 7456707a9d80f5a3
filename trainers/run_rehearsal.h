// SPDX-License-Identifier: Apache-2.0
// A run's trainer, and trying out on a few rows what it will do: mistakes show before the first
// epoch.
#pragma once

#include <memory>
#include <vector>

#include "trainers/training_run.h"

namespace jetsmith {

/// `standard`: the callbacks of every run; those of the config come first, so that a checkpoint
/// finds moving averages up to date.
std::unique_ptr<Trainer> make_trainer(RunBuilder& run,
                                      std::vector<std::unique_ptr<Callback>> standard);

/// What the end of an epoch does, on a few validation rows and without writing: scores, figures of
/// merit, and what the callbacks look for in them. Weights are left out, since those of a few rows
/// may add up to nothing. Throws UserError.
void rehearse(RunBuilder& run, Trainer& trainer);

}  // namespace jetsmith
