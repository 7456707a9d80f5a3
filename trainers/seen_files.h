// SPDX-License-Identifier: Apache-2.0
// Whether figures are measured on files that helped to make the input of a run.
#pragma once

#include "trainers/training_run.h"

namespace jetsmith {

/// Warns of every file of validation and test rows, with folds of training rows, that the input was
/// made with: figures would flatter. Hashes those files where the input brings something along.
void warn_of_seen_files(RunBuilder& run);

}  // namespace jetsmith
