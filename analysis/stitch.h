// SPDX-License-Identifier: Apache-2.0
// Predictions of several runs on different rows of the same files, as one.
#pragma once

#include <filesystem>
#include <vector>

#include "analysis/predictions.h"

namespace jetsmith::analysis {

/// predictions.h5 of every run, rows in the order of the files. Latent positions are left out: each
/// run has its own space. Throws UserError when the runs have other classes, files or observers, or
/// when a row occurs twice.
Predictions stitched(const std::vector<std::filesystem::path>& runs);

}  // namespace jetsmith::analysis
