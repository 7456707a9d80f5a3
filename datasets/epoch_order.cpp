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

/// File and row in one number: 2^40 rows in each of 2^24 files.
uint64_t row_key(int64_t file, int64_t row)
{
    return static_cast<uint64_t>(file) << 40 | static_cast<uint64_t>(row);
}

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

/// `total` split in proportion to the shares, by largest remainder.
std::vector<int64_t> apportion(int64_t total, const std::vector<double>& shares)
{
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    std::vector<int64_t> counts(shares.size());
    std::vector<std::pair<double, size_t>> remainders;
    int64_t given = 0;
    for (size_t c = 0; c < shares.size(); ++c) {
        const double exact = static_cast<double>(total) * shares[c] / sum;
        counts[c] = static_cast<int64_t>(exact);
        given += counts[c];
        remainders.emplace_back(static_cast<double>(counts[c]) - exact, c);
    }
    std::sort(remainders.begin(), remainders.end());
    for (size_t k = 0; given < total; ++k, ++given) ++counts[remainders[k].second];
    return counts;
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

at::Tensor epoch_order_with_shares(const EventStore& store, uint64_t seed, uint32_t epoch,
                                   const std::vector<double>& class_shares)
{
    ensure(store.labels_B.defined(), "epoch_order_with_shares needs labels");
    const at::Tensor labels_B = store.labels_B.to(at::kCPU);
    const auto* label = labels_B.const_data_ptr<int64_t>();
    std::vector<std::vector<std::pair<uint64_t, int64_t>>> of_class(class_shares.size());
    for (const auto& entry : shuffled(store, seed, epoch)) {
        const int64_t c = label[entry.second];
        if (c >= 0 && c < std::ssize(of_class)) of_class[c].push_back(entry);
    }
    const auto counts = apportion(store.rows, class_shares);
    std::vector<std::pair<uint64_t, int64_t>> chosen;
    chosen.reserve(store.rows);
    for (size_t c = 0; c < of_class.size(); ++c) {
        const auto& rows = of_class[c];
        if (counts[c] > 0 && rows.empty())
            throw UserError(
                "class {} has a share of the batches (but the training rows hold none "
                "of it). Set its share to 0 or add its file.",
                c);
        for (int64_t k = 0; k < counts[c]; ++k) {
            const auto& [key, position] = rows[k % rows.size()];
            // A repeated row gets a key of its own, else its copies would stand side by side.
            const auto round = static_cast<uint32_t>(k / rows.size());
            chosen.emplace_back(random_bits({key, Purpose::sample, epoch, 0}, round), position);
        }
    }
    std::sort(chosen.begin(), chosen.end());
    at::Tensor order = at::empty({std::ssize(chosen)}, at::kLong);
    auto* out = order.mutable_data_ptr<int64_t>();
    for (const auto& [key, position] : chosen) *out++ = position;
    return order;
}

at::Tensor weighted_order(const EventStore& store, uint64_t seed, uint32_t epoch,
                          const std::vector<double>& class_factors)
{
    const at::Tensor weights_B = store.weights_B.to(at::kCPU, at::kDouble).contiguous();
    const at::Tensor labels_B = store.labels_B.to(at::kCPU).contiguous();
    const auto* weight = weights_B.const_data_ptr<double>();
    const auto* label = labels_B.const_data_ptr<int64_t>();
    std::vector<double> upto(static_cast<size_t>(store.rows));
    double sum = 0;
    for (size_t i = 0; i < upto.size(); ++i) {
        const double factor =
            class_factors.empty() ? 1.0 : class_factors.at(static_cast<size_t>(label[i]));
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
