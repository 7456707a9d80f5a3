// SPDX-License-Identifier: Apache-2.0
#include "trainers/bad_scores.h"

#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/errors.h"
#include "trainers/bad_value.h"

namespace jetsmith {

void check_scores(const ScoreTable& table, RowFeed& rows, const Input& input,
                  at::ScalarType compute)
{
    std::vector<int64_t> bad;
    double first = 0;
    for (size_t i = 0; i < table.scores_NC.size(); ++i) {
        const double score = table.scores_NC[i];
        const auto row = static_cast<int64_t>(i) / table.classes;
        if (std::isfinite(score) || (!bad.empty() && bad.back() == row)) continue;
        if (bad.empty()) first = score;
        bad.push_back(row);
    }
    if (bad.empty()) return;
    rows.begin(file_order(rows.rows()), bad.front());
    const RowPiece piece = rows.next(1);
    const auto why =
        find_bad_value(input.make(*piece.store, piece.rows_B, std::nullopt, compute), input);
    const auto place = rows_text(rows.index(), at::tensor(bad, at::kLong));
    if (why)
        throw RunError(
            "{}: the score is {} ({} is {}; a number is wanted). Leave such rows out with "
            "data.select.",
            place, value_text(first), why->name, why->value);
    throw RunError(
        "{}: the score is {} (though the inputs are numbers; a number is wanted). Train "
        "with a lower optimizer.lr, trainer.clip_norm: 1 or trainer.precision: fp32.",
        place, value_text(first));
}

}  // namespace jetsmith
