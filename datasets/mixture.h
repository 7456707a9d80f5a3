// SPDX-License-Identifier: Apache-2.0
// A training sample of stated composition: background alone, or background with a little signal.
// The other splits keep all their rows, so that every class is scored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "datasets/file_rows.h"

namespace jetsmith {

/// The key `mixture`: shares by label that sum to 1, 0 for classes it does not name; empty without
/// the key. Throws UserError for an unknown class and for shares that are negative or all zero.
std::vector<double> read_mixture(Config& config, const std::vector<std::string>& classes);

/// Leaves as many rows as the composition allows, at most `most` (0: no limit). Rows are drawn by a
/// random key per (file, row): for the same seed the rows of a smaller share are among those of a
/// larger one. `passing` holds labels; its lists stay ascending. Throws UserError when a class with
/// a share has no row.
void draw_mixture(std::vector<PassingRows>& passing, const std::vector<double>& shares,
                  const std::vector<std::string>& classes, int64_t most, uint64_t seed);

/// Factor of each class that makes a mean over the rows with these labels (int64, on the CPU) one
/// over a sample of that composition; 1 for every class when `shares` is empty.
std::vector<double> composition_factors(const at::Tensor& labels_B,
                                        const std::vector<double>& shares, size_t classes);

}  // namespace jetsmith
