// SPDX-License-Identifier: Apache-2.0
#include "datasets/data_card.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <utility>

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

void count_objects(const Collection& collection, std::map<int64_t, int64_t>& rows_of)
{
    const auto* offsets = collection.offsets_B1.const_data_ptr<int64_t>();
    for (int64_t row = 0; row + 1 < collection.offsets_B1.numel(); ++row)
        ++rows_of[offsets[row + 1] - offsets[row]];
}

DataCard::Multiplicity multiplicity(const std::map<int64_t, int64_t>& rows_of)
{
    if (rows_of.empty()) return {};
    DataCard::Multiplicity m;
    m.smallest = rows_of.begin()->first;
    m.largest = rows_of.rbegin()->first;
    int64_t rows = 0, objects = 0, below = 0;
    for (const auto& [count, times] : rows_of) {
        rows += times;
        objects += count * times;
        if (count <= 0) m.empty += times;
    }
    for (const auto& [count, times] : rows_of) {
        below += times;
        m.median = count;
        if (below > rows / 2) break;
    }
    m.mean = static_cast<double>(objects) / static_cast<double>(rows);
    return m;
}

void add_classes(DataCard::Split& split, const EventStore& store)
{
    if (!store.labelled()) return;
    if (split.classes.empty())
        for (const auto& name : store.class_names) split.classes.push_back({name, 0, 0});
    const double* weights =
        store.weights_B.defined() ? store.weights_B.const_data_ptr<double>() : nullptr;
    const auto weight = [&](int64_t row) { return weights ? weights[row] : 1.0; };
    for (int64_t row = 0; row < store.rows; ++row) split.negative_weights += weight(row) < 0;
    for (size_t c = 0; c < split.classes.size(); ++c) {
        const at::Tensor members = store.belongs(static_cast<int64_t>(c)).contiguous();
        const bool* belongs = members.const_data_ptr<bool>();
        for (int64_t row = 0; row < store.rows; ++row) {
            split.classes[c].rows += belongs[row];
            if (belongs[row]) split.classes[c].weight += weight(row);
        }
    }
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

/// Summed energies of the objects of each row [GeV].
void add_energies(std::vector<float>& all, const Collection& objects)
{
    const int64_t rows = objects.offsets_B1.numel() - 1;
    const auto* offsets = objects.offsets_B1.const_data_ptr<int64_t>();
    const auto* momenta = objects.momenta_T4.const_data_ptr<float>();
    const size_t before = all.size();
    all.resize(before + static_cast<size_t>(rows), 0.0F);
    parallel_for(rows, kGrain, [&](int64_t begin, int64_t end) {
        for (int64_t row = begin; row < end; ++row)
            for (int64_t i = offsets[row]; i < offsets[row + 1]; ++i)
                if (const float energy = momenta[4 * i]; energy > 0)
                    all[before + static_cast<size_t>(row)] += energy;
    });
}

std::optional<double> median(std::vector<float>& values)
{
    if (values.empty()) return std::nullopt;
    const auto middle = values.begin() + std::ssize(values) / 2;
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

}  // namespace

void DataCardMaker::add(const std::string& name, const EventStore& block)
{
    auto found = std::find_if(splits_.begin(), splits_.end(),
                              [&](const Split& split) { return split.figures.name == name; });
    if (found == splits_.end()) {
        found = splits_.emplace(splits_.end());
        found->figures.name = name;
    }
    DataCard::Split& figures = found->figures;
    figures.rows += block.rows;
    // Offsets have one entry more than rows, in a block as in the whole.
    const auto ends = 8 * std::ssize(block.collections);
    found->bytes += static_cast<double>(block.bytes() - ends);
    add_classes(figures, block);
    for (const auto& [column, values] : columns_of(block)) {
        const auto bad = count_bad(values);
        if (bad.nan + bad.infinite == 0) continue;
        figures.bad_values[column].nan += bad.nan;
        figures.bad_values[column].infinite += bad.infinite;
    }
    for (const auto& [collection, objects] : block.collections)
        count_objects(objects, found->multiplicities[collection]);
    if (const auto jets = block.collections.find("constituents"); jets != block.collections.end())
        add_energies(found->energies, jets->second);
    if (block.collections.empty() && block.dense.empty()) return;
    const auto hashes = row_hashes(block);
    found->hashes.insert(found->hashes.end(), hashes.begin(), hashes.end());
}

void DataCardMaker::add_left_out(const std::string& split, const EventStore& index)
{
    for (size_t f = 0; f < index.left_out.size(); ++f)
        if (!index.left_out[f].empty())
            left_out_.push_back({split, index.files[f], index.left_out[f]});
}

DataCard DataCardMaker::finish()
{
    DataCard card;
    card.left_out = std::exchange(left_out_, {});
    for (Split& split : splits_) {
        split.figures.bytes_per_row =
            split.bytes / static_cast<double>(std::max<int64_t>(1, split.figures.rows));
        for (const auto& [collection, rows_of] : split.multiplicities)
            split.figures.collections[collection] = multiplicity(rows_of);
        split.figures.median_energy = median(split.energies);
        std::sort(split.hashes.begin(), split.hashes.end());
        card.splits.push_back(split.figures);
    }
    for (size_t first = 0; first < splits_.size(); ++first) {
        const auto& known = splits_[first].hashes;
        for (size_t second = first + 1; second < splits_.size(); ++second) {
            const auto& rows = splits_[second].hashes;
            const auto met = std::count_if(rows.begin(), rows.end(), [&](uint64_t hash) {
                return std::binary_search(known.begin(), known.end(), hash);
            });
            card.overlaps.push_back(
                {splits_[first].figures.name, splits_[second].figures.name, met});
        }
    }
    splits_.clear();
    return card;
}

}  // namespace jetsmith
