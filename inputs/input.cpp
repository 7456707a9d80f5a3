// SPDX-License-Identifier: Apache-2.0
#include "inputs/input.h"

#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <fmt/core.h>

#include "core/errors.h"

namespace jetsmith {

void Input::fit(RowFeed&, const std::vector<double>&) {}

InputState Input::state() const { return {}; }

void Input::load_state(const InputState& state)
{
    if (!state.empty())
        throw UserError(
            "inputs: the saved state has '{}', which this input does not know (its options differ "
            "from those it was saved with). Use the config that was saved beside it.",
            state.begin()->first);
}

std::string Input::feature_name(int64_t feature) const
{
    return fmt::format("feature {}", feature);
}

namespace inputs {

Batch labelled_batch(const EventStore& store, const at::Tensor& rows)
{
    ensure(rows.dim() == 1 && rows.scalar_type() == at::kLong, "rows must be int64 (B)");
    const auto count = rows.size(0);
    Batch batch;
    batch.source_rows_B = rows;
    batch.labels_B = store.labels_B.defined() ? store.labels_B.index_select(0, rows)
                                              : at::full({count}, -1, rows.options());
    if (store.targets_BL.defined()) batch.targets_BL = store.targets_BL.index_select(0, rows);
    batch.weights_B = store.weights_B.defined()
                          ? store.weights_B.index_select(0, rows).to(at::kFloat)
                          : at::ones({count}, rows.options().dtype(at::kFloat));
    return batch;
}

at::Tensor random_rows(const EventStore& store, const at::Tensor& rows)
{
    if (!store.source_rows_B.defined()) return rows;
    const auto row_in_file = store.source_rows_B.index_select(0, rows);
    if (!store.source_files_B.defined()) return row_in_file;
    const auto file = store.source_files_B.index_select(0, rows).to(at::kLong);
    return row_in_file.add(file, /*alpha=*/int64_t{1} << 40);
}

}  // namespace inputs
}  // namespace jetsmith
