// SPDX-License-Identifier: Apache-2.0
// k-fold cross-validation: which rows of the training files a member tests, validates and trains
// on.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "core/config.h"
#include "datasets/event_store.h"

namespace jetsmith {

/// The `folds:` section.
struct FoldOptions {
    int64_t count = 0;  ///< 0: no folds
    std::string key;
    int64_t index = -1;  ///< the fold that is tested; -1: each in turn

    FoldOptions() = default;
    explicit FoldOptions(Config& config);

    bool active() const { return count > 0; }
};

/// Fold of every row, int64 (B) in [0, count): the key rounded down, modulo count; without a key a
/// hash of source file and row. A function of the row alone, not of the order or number of rows.
/// Throws UserError naming the row where the key is no number.
at::Tensor folds_of(const EventStore& store, const FoldOptions& options);

/// Positions of the rows of one member: its fold is tested, the next one validates, the others
/// train. int64, ascending.
struct FoldRows {
    at::Tensor train, val, test;

    /// Throws UserError when a part is empty.
    void check(const FoldOptions& options) const;
};

/// folds_B: as folds_of() gives them.
FoldRows rows_by_fold(const at::Tensor& folds_B, const FoldOptions& options);

}  // namespace jetsmith
