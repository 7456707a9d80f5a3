// SPDX-License-Identifier: Apache-2.0
#include "inputs/feature_statistics.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <cmath>

#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith::inputs {
namespace {

constexpr int64_t kBlock = 8192;
constexpr const char* kMean = "feature_mean_F";
constexpr const char* kDeviation = "feature_deviation_F";

/// Sums of w, w (v - shift) and w (v - shift)^2, where shift is a first value.
struct Sums {
    double weight = 0, first = 0, second = 0;

    void add(double w, double off)
    {
        weight += w;
        first += w * off;
        second += w * off * off;
    }
    double mean() const { return first / weight; }
    double variance() const { return second / weight - mean() * mean(); }
    bool sound() const { return weight > 0 && variance() > 0; }
};

struct Moments {
    bool met = false;
    double shift = 0;
    Sums with_sign, sizes;

    void add(double w, double value)
    {
        if (!met) shift = value;
        met = true;
        with_sign.add(w, value - shift);
        sizes.add(std::abs(w), value - shift);
    }
};

at::Tensor as_tensor(const std::vector<double>& values)
{
    auto tensor = at::empty({std::ssize(values)}, at::kDouble);
    std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<double>());
    return tensor;
}

FeatureStatistics finished(const std::vector<Moments>& all)
{
    std::vector<double> mean, deviation;
    for (const Moments& m : all) {
        const Sums& sums = m.with_sign.sound() ? m.with_sign : m.sizes;
        const bool known = m.met && sums.weight > 0;
        mean.push_back(known ? m.shift + sums.mean() : 0);
        // Rounding leaves a feature that never varies some 1e-16 of its size.
        const double least = 1e-12 * std::abs(mean.back());
        const double d = known ? std::sqrt(std::max(0.0, sums.variance())) : 0;
        deviation.push_back(d > least ? d : 1);
    }
    return {as_tensor(mean), as_tensor(deviation)};
}

}  // namespace

at::Tensor training_weights(const RowPiece& piece, const std::vector<double>& class_weights)
{
    const EventStore& store = *piece.store;
    at::Tensor weights_B =
        store.weights_B.defined()
            ? store.weights_B.index_select(0, piece.rows_B).to(at::kCPU, at::kDouble)
            : at::ones({piece.rows_B.size(0)}, at::kDouble);
    if (class_weights.empty() || !store.labelled()) return weights_B;
    auto* weights = weights_B.mutable_data_ptr<double>();
    if (store.targets_BL.defined()) {
        const auto targets_BL = store.targets_BL.index_select(0, piece.rows_B).to(at::kCPU);
        const auto* targets = targets_BL.const_data_ptr<float>();
        const int64_t count = targets_BL.size(1);
        for (int64_t i = 0; i < targets_BL.size(0); ++i) {
            double sum = 0;
            for (int64_t l = 0; l < count; ++l)
                sum += class_weights[static_cast<size_t>(2 * l + (targets[i * count + l] != 0))];
            weights[i] *= sum / static_cast<double>(count);
        }
        return weights_B;
    }
    const auto labels_B = store.labels_B.index_select(0, piece.rows_B).to(at::kCPU);
    const auto* labels = labels_B.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < labels_B.size(0); ++i)
        if (labels[i] >= 0) weights[i] *= class_weights[static_cast<size_t>(labels[i])];
    return weights_B;
}

FeatureStatistics feature_statistics(RowFeed& train, const std::vector<double>& class_weights,
                                     const std::function<at::Tensor(const RowPiece&)>& block)
{
    std::vector<Moments> all;
    for_each_block(train, piece_rows(train, kBlock), [&](const RowPiece& piece, int64_t) {
        const at::Tensor values_BF = block(piece).contiguous();
        const at::Tensor weights_B = training_weights(piece, class_weights);
        const int64_t rows = values_BF.size(0), features = values_BF.size(1);
        const auto* values = values_BF.const_data_ptr<float>();
        const auto* weights = weights_B.const_data_ptr<double>();
        all.resize(static_cast<size_t>(features));
        parallel_for(features, 4, [&](int64_t first, int64_t last) {
            for (int64_t row = 0; row < rows; ++row)
                for (int64_t f = first; f < last; ++f)
                    if (const double v = values[row * features + f]; !std::isnan(v))
                        all[static_cast<size_t>(f)].add(weights[row], v);
        });
    });
    return finished(all);
}

void FeatureStandardiser::use(FeatureStatistics statistics)
{
    if (!active_) return;
    statistics_ = std::move(statistics);
    host_ = {statistics_.mean_F, statistics_.deviation_F.reciprocal(), 0};
}

InputState FeatureStandardiser::state() const
{
    if (!statistics_.mean_F.defined()) return {};
    return {{kMean, statistics_.mean_F}, {kDeviation, statistics_.deviation_F}};
}

void FeatureStandardiser::load_state(const InputState& state, int64_t features)
{
    const auto mean = state.find(kMean), deviation = state.find(kDeviation);
    const bool complete = mean != state.end() && deviation != state.end();
    const bool fits = active_ ? complete && state.size() == 2 : state.empty();
    if (!fits)
        throw UserError(
            "inputs: the saved state does not fit (it holds {} tables; {} are wanted). Use the "
            "config that was saved beside it.",
            state.size(), active_ ? 2 : 0);
    if (!active_) return;
    for (const auto& [name, values] : state)
        if (values.numel() != features)
            throw UserError(
                "inputs: the saved state is of {} features (wanted {}). Use the config that was "
                "saved beside it.",
                values.numel(), features);
    use({mean->second.to(at::kCPU, at::kDouble), deviation->second.to(at::kCPU, at::kDouble)});
}

kernels::FormulaScale FeatureStandardiser::scale(const at::Device& device) const
{
    if (!active_) return {};
    ensure(host_.mean_F.defined(), "an input was used before fit() or load_state()");
    if (device.is_cpu()) return host_;
    return {host_.mean_F.to(device), host_.inverse_F.to(device), 0};
}

}  // namespace jetsmith::inputs
