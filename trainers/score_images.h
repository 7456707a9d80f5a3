// SPDX-License-Identifier: Apache-2.0
// The images that a report shows: the average of every class, and the jets that the model got most
// and least right.
#pragma once

#include <filesystem>

#include "analysis/score_table.h"
#include "datasets/event_store.h"
#include "inputs/input.h"

namespace jetsmith {

/// Writes report_images.h5 from the inputs of the first rows of `store` (at most 10,000, the
/// average) and of single rows (best and worst). Does nothing when the input makes no images.
/// table: scores of the same rows, labelled.
void write_score_images(const std::filesystem::path& path, const Input& input,
                        const EventStore& store, const ScoreTable& table);

}  // namespace jetsmith
