// SPDX-License-Identifier: Apache-2.0
// Scores that are no numbers, led back to the rows they are of.
#pragma once

#include <c10/core/ScalarType.h>

#include "analysis/score_table.h"
#include "datasets/row_feed.h"
#include "inputs/input.h"

namespace jetsmith {

/// Throws RunError when a score of these rows is NaN or infinite, naming file, row and the input
/// that is to blame, where there is one. Begins a pass over the rows then.
void check_scores(const ScoreTable& table, RowFeed& rows, const Input& input,
                  at::ScalarType compute);

}  // namespace jetsmith
