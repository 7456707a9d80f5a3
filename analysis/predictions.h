// SPDX-License-Identifier: Apache-2.0
// predictions.h5: the scores of a run on one set of rows, in the order of the input. And the same
// from any HDF5 file of scores, whoever wrote it.
//
// Layout (format_version 1):
//   scores          (N, C) float32, or float64 where float32 would lose digits
//   labels          (N,) int64 class numbers, or (N, C) uint8 of 0 and 1 with yes/no labels; absent
//                   when unknown
//   weights         (N,) float64 event weights; absent when unweighted
//   source_row      (N,) int64, row in its input file
//   source_file     (N,) int32, index into the attribute source_files
//   observers/<x>   (N,) float64, columns copied from the input
//   latent          (N, L) float32, position in the latent space; absent where there is none
// Attributes of the file: format_version, content = "predictions", name, class_names, score_kind
// ("anomaly" for a score without a natural cut; "labels" for independent probabilities of yes/no
// labels, whose names are class_names; else absent: class probabilities), split ("test" or "val" for
// rows of the run's own config), source_files (absolute paths), source_hashes (SHA-256 of each file;
// may be absent).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/score_table.h"

namespace jetsmith::analysis {

struct Predictions {
    ScoreTable table;
    std::vector<std::string> source_files;
    std::vector<std::string> source_hashes;    ///< empty, or one per file
    std::vector<int32_t> source_file_N;        ///< empty: all rows come from the first file
    int64_t latents = 0;                       ///< L, dimensions of the latent space
    std::vector<float> latent_NL;
};

/// Replaces `path` atomically. Throws UserError when the table is inconsistent (a NaN score among
/// other things), RunError when it cannot be written.
void write_predictions(const std::filesystem::path& path, const Predictions& predictions);

/// Reads what write_predictions wrote. Throws UserError when the file is something else, or of a
/// newer format_version.
Predictions read_predictions(const std::filesystem::path& path);

/// Which datasets of a file hold what. Empty `labels`: "labels" where there is such a dataset.
struct ScoreNames {
    std::vector<std::string> scores;  ///< one tagger each
    std::string labels;
    std::string weights;              ///< empty: "weights" of predictions.h5, else unweighted
    bool logits = false;              ///< scores are logits: softmax or, of yes/no labels, sigmoid
    bool multi_label = false;         ///< several yes/no labels per row; known of predictions.h5
};

/// One table per tagger. A 1-D dataset (or one column) is a binary signal score, a 2-D one (N, C)
/// class scores. Labels are integers, truth values or one-hot rows (N, C); with yes/no labels rows
/// (N, C) of any number of ones. Class names are read
/// from the attribute class_names of the file where their number fits. Throws UserError naming
/// file and dataset.
std::vector<ScoreTable> read_scores(const std::filesystem::path& path, const ScoreNames& names);

}  // namespace jetsmith::analysis
