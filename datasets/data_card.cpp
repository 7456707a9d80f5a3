// SPDX-License-Identifier: Apache-2.0
#include "datasets/data_card.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <unordered_set>

#include "core/parallel.h"

namespace jetsmith {
namespace {

constexpr int64_t kGrain = 4096;

/// 64 bits of some bytes; two different jets share them with a chance of 2^-64.
uint64_t hash_bytes(const char* data, size_t bytes, uint64_t hash)
{
    for (size_t i = 0; i + 8 <= bytes; i += 8) {
        uint64_t word;
        std::memcpy(&word, data + i, 8);
        hash = (hash ^ word) * 0x9E3779B97F4A7C15;
        hash ^= hash >> 29;
    }
    for (size_t i = bytes / 8 * 8; i < bytes; ++i)
        hash = (hash ^ static_cast<unsigned char>(data[i])) * 0x100000001b3;
    return hash;
}

DataCard::BadValues count_bad(const at::Tensor& column)
{
    std::atomic<int64_t> nan{0}, infinite{0};
    const auto count = [&](const auto* values) {
        parallel_for(column.numel(), 1 << 16, [&](int64_t begin, int64_t end) {
            int64_t n = 0, i = 0;
            for (int64_t k = begin; k < end; ++k) {
                n += std::isnan(values[k]);
                i += std::isinf(values[k]);
            }
            nan += n;
            infinite += i;
        });
    };
    if (column.scalar_type() == at::kFloat) count(column.const_data_ptr<float>());
    if (column.scalar_type() == at::kDouble) count(column.const_data_ptr<double>());
    return {nan, infinite};
}

/// Every floating-point column of a store by a name for people.
std::map<std::string, at::Tensor> columns_of(const EventStore& store)
{
    std::map<std::string, at::Tensor> columns = store.scalars;
    for (const auto& [name, tensor] : store.dense) columns[name] = tensor;
    for (const auto& [name, collection] : store.collections) {
        columns[name + " momenta"] = collection.momenta_T4;
        for (const auto& [column, tensor] : collection.columns)
            columns[name + "." + column] = tensor;
    }
    if (store.weights_B.defined()) columns["event weights"] = store.weights_B;
    return columns;
}

DataCard::Multiplicity multiplicity(const Collection& collection)
{
    const int64_t rows = collection.offsets_B1.numel() - 1;
    const int64_t* offsets = collection.offsets_B1.const_data_ptr<int64_t>();
    std::vector<int64_t> counts(static_cast<size_t>(rows));
    for (int64_t row = 0; row < rows; ++row)
        counts[static_cast<size_t>(row)] = offsets[row + 1] - offsets[row];
    if (counts.empty()) return {};
    std::sort(counts.begin(), counts.end());
    DataCard::Multiplicity m;
    m.smallest = counts.front();
    m.median = counts[counts.size() / 2];
    m.largest = counts.back();
    m.empty = std::upper_bound(counts.begin(), counts.end(), 0) - counts.begin();
    m.mean = static_cast<double>(offsets[rows]) / static_cast<double>(rows);
    return m;
}

void add_classes(DataCard::Split& split, const EventStore& store)
{
    if (!store.labels_B.defined()) return;
    for (const auto& name : store.class_names) split.classes.push_back({name, 0, 0});
    const int64_t* labels = store.labels_B.const_data_ptr<int64_t>();
    const double* weights =
        store.weights_B.defined() ? store.weights_B.const_data_ptr<double>() : nullptr;
    for (int64_t row = 0; row < store.rows; ++row) {
        const double weight = weights ? weights[row] : 1.0;
        split.negative_weights += weight < 0;
        if (labels[row] < 0 || labels[row] >= static_cast<int64_t>(split.classes.size())) continue;
        auto& entry = split.classes[static_cast<size_t>(labels[row])];
        ++entry.rows;
        entry.weight += weight;
    }
}

DataCard::Split describe(const NamedStore& named)
{
    const EventStore& store = *named.store;
    DataCard::Split split;
    split.name = named.name;
    split.rows = store.rows;
    split.bytes_per_row =
        static_cast<double>(store.bytes()) / static_cast<double>(std::max<int64_t>(1, store.rows));
    add_classes(split, store);
    for (const auto& [name, column] : columns_of(store)) {
        const auto bad = count_bad(column);
        if (bad.nan + bad.infinite > 0) split.bad_values[name] = bad;
    }
    for (const auto& [name, collection] : store.collections)
        split.collections[name] = multiplicity(collection);
    return split;
}

std::vector<uint64_t> row_hashes(const EventStore& store)
{
    std::vector<uint64_t> hashes(static_cast<size_t>(store.rows), 1);
    parallel_for(store.rows, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row) {
            auto& hash = hashes[static_cast<size_t>(row)];
            for (const auto& [name, collection] : store.collections) {
                const int64_t* offsets = collection.offsets_B1.const_data_ptr<int64_t>();
                const auto* data = reinterpret_cast<const char*>(
                    collection.momenta_T4.const_data_ptr<float>() + 4 * offsets[row]);
                hash = hash_bytes(data, static_cast<size_t>(offsets[row + 1] - offsets[row]) * 16,
                                  hash);
            }
            if (!store.collections.empty()) continue;
            for (const auto& [name, dense] : store.dense) {
                const size_t bytes = dense.nbytes() / static_cast<size_t>(store.rows);
                hash = hash_bytes(static_cast<const char*>(dense.const_data_ptr()) +
                                      static_cast<size_t>(row) * bytes,
                                  bytes, hash);
            }
        }
    });
    return hashes;
}

}  // namespace

DataCard make_data_card(const std::vector<NamedStore>& stores)
{
    DataCard card;
    std::vector<std::vector<uint64_t>> hashes;
    for (const auto& named : stores) {
        card.splits.push_back(describe(named));
        const bool comparable = !named.store->collections.empty() || !named.store->dense.empty();
        hashes.push_back(comparable ? row_hashes(*named.store) : std::vector<uint64_t>{});
    }
    for (size_t first = 0; first < stores.size(); ++first) {
        const std::unordered_set<uint64_t> known(hashes[first].begin(), hashes[first].end());
        for (size_t second = first + 1; second < stores.size(); ++second) {
            const auto rows = std::count_if(hashes[second].begin(), hashes[second].end(),
                                            [&](uint64_t hash) { return known.contains(hash); });
            card.overlaps.push_back({stores[first].name, stores[second].name, rows});
        }
    }
    return card;
}

}  // namespace jetsmith
