// SPDX-License-Identifier: Apache-2.0
// The images that a report shows: the average of every class, and the jets that the model got most
// and least right; for a model that reconstructs images also what it made of them.
#pragma once

#include <filesystem>

#include "analysis/score_table.h"
#include "datasets/row_feed.h"
#include "inputs/input.h"
#include "models/model.h"

namespace jetsmith {

/// Writes report_images.h5 from the inputs of the first rows of the split (at most 10,000, the
/// average) and of single rows (best and worst). Does nothing when the input makes no images, or
/// where neither classes are decided nor images reconstructed.
/// model: nullptr shows inputs alone. table: scores of the same rows, labelled.
void write_score_images(const std::filesystem::path& path, Model* model, const Input& input,
                        RowFeed& rows, const ScoreTable& table);

}  // namespace jetsmith
