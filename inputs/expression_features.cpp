// SPDX-License-Identifier: Apache-2.0
#include "inputs/expression_features.h"

#include <ATen/ops/arange.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "core/errors.h"
#include "datasets/store_columns.h"

namespace jetsmith::inputs {
namespace {

/// Stores whose columns are kept at hand: train, val and test.
constexpr size_t kMostStores = 3;

}  // namespace

ExpressionFeatures::ExpressionFeatures(Settings settings)
    : o_(std::move(settings)), standardiser_(o_.standardise)
{
}

BatchShape ExpressionFeatures::shape(const EventStore& store) const
{
    for (const auto& feature : o_.features) bind(feature, store, o_.place);
    return {.features = std::ssize(o_.features)};
}

void ExpressionFeatures::fit(const EventStore& train)
{
    const auto formulas = compile(train);
    const auto block = [&](int64_t begin, int64_t end) {
        const auto rows = at::arange(begin, end, at::kLong);
        check_numbers(formulas.run(rows, {}), train, begin);
        return formulas.run(rows, {.fill = std::numeric_limits<double>::quiet_NaN()});
    };
    standardiser_.use(feature_statistics(train.rows, training_weights(train), block));
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
    for (const auto& ready : ready_)
        if (ready->key.is_same(store.source_rows_B)) return ready;
    auto scale = standardiser_.scale(store.source_rows_B.device());
    scale.fill = o_.fill;
    if (ready_.size() == kMostStores) ready_.erase(ready_.begin());
    ready_.push_back(
        std::make_shared<const Ready>(Ready{store.source_rows_B, compile(store), scale}));
    return ready_.back();
}

void ExpressionFeatures::forget()
{
    const std::lock_guard lock(mutex_);
    ready_.clear();
}

/// Features that are NaN or infinite though all objects are there would spoil every batch.
void ExpressionFeatures::check_numbers(const at::Tensor& features_BF, const EventStore& store,
                                       int64_t begin) const
{
    const auto* value = features_BF.const_data_ptr<float>();
    for (int64_t i = 0; i < features_BF.numel(); ++i) {
        if (std::isfinite(value[i])) continue;
        const auto row = begin + i / features_BF.size(1);
        throw UserError(
            "{}: '{}' is {} in row {} of {} (numbers are wanted). Change the expression, or "
            "leave such rows out with data.select.",
            o_.place, o_.features[static_cast<size_t>(i % features_BF.size(1))].text(),
            std::isnan(value[i]) ? "NaN" : "infinite", store.source_rows_B[row].item<int64_t>(),
            store.files.empty() ? "the data" : store.files.front());
    }
}

}  // namespace jetsmith::inputs
