// SPDX-License-Identifier: Apache-2.0
#include "inputs/expression_features.h"

#include <ATen/ops/arange.h>

#include <cmath>
#include <limits>

#include "datasets/store_columns.h"

namespace jetsmith::inputs {
ExpressionFeatures::ExpressionFeatures(Settings settings)
    : o_(std::move(settings)), standardiser_(o_.standardise)
{
}

BatchShape ExpressionFeatures::shape(const EventStore& store) const
{
    for (const auto& feature : o_.features) bind(feature, store, o_.place);
    return {.features = std::ssize(o_.features)};
}

void ExpressionFeatures::fit(RowFeed& train, const std::vector<double>& class_weights)
{
    at::Tensor known;  // source rows of the store that the formulas are bound to
    std::optional<kernels::Formulas> formulas;
    standardiser_.use(feature_statistics(train, class_weights, [&](const RowPiece& piece) {
        if (!formulas || !known.is_same(piece.store->source_rows_B)) {
            known = piece.store->source_rows_B;
            formulas = compile(*piece.store);
        }
        return formulas->run(piece.rows_B, {.fill = std::numeric_limits<double>::quiet_NaN()});
    }));
    forget();
}

void ExpressionFeatures::load_state(const InputState& state)
{
    standardiser_.load_state(state, std::ssize(o_.features));
    forget();
}

Batch ExpressionFeatures::make(const EventStore& store, const at::Tensor& rows,
                               const std::optional<Augment>&, at::ScalarType) const
{
    Batch batch = labelled_batch(store, rows);
    const auto ready = of(store);
    batch.features_BF = ready->formulas.run(rows, ready->scale);
    return batch;
}

kernels::Formulas ExpressionFeatures::compile(const EventStore& store) const
{
    std::vector<RowProgram> programs;
    for (const auto& feature : o_.features) programs.push_back(bind(feature, store, o_.place));
    return kernels::Formulas(std::move(programs));
}

std::shared_ptr<const ExpressionFeatures::Ready> ExpressionFeatures::of(
    const EventStore& store) const
{
    const std::lock_guard lock(mutex_);
    if (ready_ && ready_->key.is_same(store.source_rows_B)) return ready_;
    auto scale = standardiser_.scale(store.source_rows_B.device());
    scale.fill = o_.fill;
    ready_.reset();
    ready_ = std::make_shared<const Ready>(Ready{store.source_rows_B, compile(store), scale});
    return ready_;
}

void ExpressionFeatures::forget()
{
    const std::lock_guard lock(mutex_);
    ready_.reset();
}

/// Features that are NaN or infinite though all objects are there would spoil every batch.
void ExpressionFeatures::judge(const EventStore& block, RowFaults& faults) const
{
    const auto features_BF = compile(block).run(at::arange(block.rows, at::kLong), {});
    const auto* value = features_BF.const_data_ptr<float>();
    const auto* row = block.source_rows_B.const_data_ptr<int64_t>();
    const int64_t features = features_BF.size(1);
    if (all_finite(value, features_BF.numel())) return;
    for (int64_t i = 0; i < features_BF.numel(); ++i)
        if (!std::isfinite(value[i]))
            faults.try_emplace(
                row[i / features],
                not_a_number(o_.features[static_cast<size_t>(i % features)], value[i]));
}

}  // namespace jetsmith::inputs
