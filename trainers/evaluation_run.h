// SPDX-License-Identifier: Apache-2.0
// Applies a trained model to rows and leaves predictions, metrics, curves and the report in a
// folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "trainers/training_run.h"

namespace jetsmith {

/// Scores the rows with run.model as it is and writes predictions.h5 (rows in the order of the
/// files) and, where the rows have labels, metrics.json, roc.csv and report_images.h5; those of an
/// earlier pass go. Throws RunError, once predictions are written, when a score is NaN or infinite.
/// split: which rows of the run's config these are; none for other files.
void evaluate_into(const std::filesystem::path& folder, RunBuilder& run, RowFeed& rows,
                   std::optional<Split> split);

/// The best checkpoint of a run on other files, or on the run's test files when `files` is empty.
/// `out`: empty for <run>/evaluations/<name of the first file>, with _2, _3 ... behind it where
/// that holds an evaluation of other data. Returns the folder written. Overrides (a.b=c) apply to
/// the run's config, e.g. trainer.device=cpu.
std::filesystem::path evaluate_run(const std::filesystem::path& run,
                                   const std::vector<std::filesystem::path>& files,
                                   const std::vector<std::string>& overrides,
                                   const std::filesystem::path& out);

}  // namespace jetsmith
