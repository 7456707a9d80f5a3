// SPDX-License-Identifier: Apache-2.0
#include "datasets/epoch_order.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/errors.h"
#include "core/parallel.h"
#include "core/random.h"

namespace jetsmith {
namespace {

/// (random key, position) of every row, in ascending order of key.
std::vector<std::pair<uint64_t, int64_t>> shuffled(const EventStore& store, uint64_t seed,
                                                   uint32_t epoch)
{
    // The store may lie on a GPU.
    const at::Tensor rows_B = store.source_rows_B.to(at::kCPU);
    const at::Tensor files_B = store.source_files_B.to(at::kCPU);
    const auto* source = rows_B.const_data_ptr<int64_t>();
    const auto* file = files_B.const_data_ptr<int32_t>();
    std::vector<std::pair<uint64_t, int64_t>> keyed(store.rows);
    parallel_for(store.rows, 1 << 16, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
            keyed[i] = {random_bits({seed, Purpose::shuffle, epoch, row_key(file[i], source[i])}),
                        i};
    });
    std::sort(keyed.begin(), keyed.end());
    return keyed;
}

}  // namespace

at::Tensor epoch_order(const EventStore& store, uint64_t seed, uint32_t epoch)
{
    const auto keyed = shuffled(store, seed, epoch);
    at::Tensor order = at::empty({store.rows}, at::kLong);
    auto* out = order.mutable_data_ptr<int64_t>();
    for (const auto& [key, position] : keyed) *out++ = position;
    return order;
}

at::Tensor weighted_order(const EventStore& store, uint64_t seed, uint32_t epoch,
                          const std::vector<double>& class_factors)
{
    const at::Tensor weights_B = store.weights_B.to(at::kCPU, at::kDouble).contiguous();
    const bool by_class = store.labels_B.defined() && !class_factors.empty();
    const at::Tensor labels_B =
        by_class ? store.labels_B.to(at::kCPU).contiguous() : at::Tensor();
    const auto* weight = weights_B.const_data_ptr<double>();
    const auto* label = by_class ? labels_B.const_data_ptr<int64_t>() : nullptr;
    std::vector<double> upto(static_cast<size_t>(store.rows));
    double sum = 0;
    for (size_t i = 0; i < upto.size(); ++i) {
        const double factor =
            by_class ? class_factors.at(static_cast<size_t>(label[i])) : 1.0;
        upto[i] = sum += std::abs(weight[i]) * factor;
    }
    if (!(sum > 0) || !std::isfinite(sum))
        throw UserError(
            "trainer.sampling: rows cannot be drawn by weight (their sizes sum to {}; "
            "more than 0 is wanted). Check data.weights, or use sampling: each.",
            sum);
    at::Tensor order = at::empty({store.rows}, at::kLong);
    auto* out = order.mutable_data_ptr<int64_t>();
    parallel_for(store.rows, 1 << 14, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            const RandomKey key{seed, Purpose::sample, epoch, static_cast<uint64_t>(i)};
            const auto drawn =
                std::upper_bound(upto.begin(), upto.end(), sum * random_uniform(key));
            out[i] = std::min(std::distance(upto.begin(), drawn), store.rows - 1);
        }
    });
    return order;
}

}  // namespace jetsmith
