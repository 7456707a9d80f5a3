// SPDX-License-Identifier: Apache-2.0
// All distances of a task into one file: tile by tile, so that a matrix larger than memory is no
// trouble, and so that whoever is stopped or killed goes on with the same command.
#pragma once

#include <cstdint>
#include <filesystem>

#include "analysis/distance_tiles.h"
#include "analysis/emd_task.h"

namespace jetsmith::analysis {

struct EmdOutcome {
    DistanceSummary summary;
    int64_t computed = 0;  ///< pairs of this call; the others were done before
    double seconds = 0;    ///< that these took
};

/// Computes what is not done yet and writes the file; nothing is done when it is there already. Its
/// bytes do not depend on interruptions, nor on the number of threads. Throws UserError when `out`
/// cannot be written, or holds something else, or was begun with other settings; Stopped, between
/// two tiles, when a signal asks for it.
EmdOutcome run_emd(const EmdTask& task, const std::filesystem::path& out);

}  // namespace jetsmith::analysis
