// SPDX-License-Identifier: Apache-2.0
#include "inputs/feature_statistics.h"

#include <ATen/ops/empty.h>

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

std::vector<double> training_weights(const EventStore& train)
{
    std::vector<double> weights(static_cast<size_t>(train.rows), 1.0);
    if (train.weights_B.defined()) {
        const auto* values = train.weights_B.const_data_ptr<double>();
        std::copy(values, values + train.rows, weights.begin());
    }
    if (train.class_weights.empty() || !train.labels_B.defined()) return weights;
    const auto* labels = train.labels_B.const_data_ptr<int64_t>();
    for (int64_t row = 0; row < train.rows; ++row)
        if (labels[row] >= 0)
            weights[static_cast<size_t>(row)] *=
                train.class_weights[static_cast<size_t>(labels[row])];
    return weights;
}

FeatureStatistics feature_statistics(int64_t rows, const std::vector<double>& weights,
                                     const std::function<at::Tensor(int64_t, int64_t)>& block)
{
    std::vector<Moments> all;
    for (int64_t begin = 0; begin < rows; begin += kBlock) {
        const int64_t end = std::min(begin + kBlock, rows);
        const at::Tensor values_BF = block(begin, end).contiguous();
        const int64_t features = values_BF.size(1);
        const auto* values = values_BF.const_data_ptr<float>();
        all.resize(static_cast<size_t>(features));
        parallel_for(features, 4, [&](int64_t first, int64_t last) {
            for (int64_t row = begin; row < end; ++row)
                for (int64_t f = first; f < last; ++f)
                    if (const double v = values[(row - begin) * features + f]; !std::isnan(v))
                        all[static_cast<size_t>(f)].add(weights[static_cast<size_t>(row)], v);
        });
    }
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
