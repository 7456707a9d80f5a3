// SPDX-License-Identifier: Apache-2.0
#include "datasets/event_store.h"

#include <ATen/ops/empty.h>

#include <cstring>
#include <functional>

#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith {
namespace {

/// Calls f on every tensor of the store but the source files' names.
template <typename Store, typename F>
void for_each_tensor(Store& store, const F& f)
{
    for (auto& [name, collection] : store.collections) {
        f(collection.offsets_B1);
        f(collection.momenta_T4);
        for (auto& [column, values] : collection.columns) f(values);
    }
    for (auto& [name, values] : store.scalars) f(values);
    for (auto& [name, values] : store.dense) f(values);
    f(store.labels_B);
    f(store.weights_B);
    f(store.source_rows_B);
    f(store.source_files_B);
}

/// Copies the objects of `rows` of a per-object tensor (T, ...), whose new offsets are known.
at::Tensor gather_objects(const at::Tensor& values, const int64_t* from, const int64_t* to,
                          const int64_t* rows, int64_t count)
{
    auto sizes = values.sizes().vec();
    sizes[0] = to[count];
    at::Tensor out = at::empty(sizes, values.options());
    const int64_t all = values.size(0);
    const int64_t stride = all == 0 ? 0 : static_cast<int64_t>(values.nbytes()) / all;
    const auto* source = static_cast<const char*>(values.const_data_ptr());
    auto* target = static_cast<char*>(out.mutable_data_ptr());
    parallel_for(count, 4096, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i)
            std::memcpy(target + to[i] * stride, source + from[rows[i]] * stride,
                        static_cast<size_t>((to[i + 1] - to[i]) * stride));
    });
    return out;
}

Collection gather(const Collection& all, const at::Tensor& rows_N)
{
    const int64_t count = rows_N.size(0);
    const auto* rows = rows_N.const_data_ptr<int64_t>();
    const auto* from = all.offsets_B1.const_data_ptr<int64_t>();
    Collection out;
    out.offsets_B1 = at::empty({count + 1}, at::kLong);
    auto* to = out.offsets_B1.mutable_data_ptr<int64_t>();
    to[0] = 0;
    for (int64_t i = 0; i < count; ++i) to[i + 1] = to[i] + from[rows[i] + 1] - from[rows[i]];
    out.momenta_T4 = gather_objects(all.momenta_T4, from, to, rows, count);
    for (const auto& [name, values] : all.columns)
        out.columns[name] = gather_objects(values, from, to, rows, count);
    return out;
}

}  // namespace

const Collection& EventStore::constituents() const
{
    const auto named = collections.find("constituents");
    if (named != collections.end()) return named->second;
    if (collections.size() == 1) return collections.begin()->second;
    throw UserError(
        "the data have no constituents (found {} collections of objects; wanted one). "
        "Choose a data type with constituents, such as top_tagging.",
        collections.size());
}

int64_t EventStore::bytes() const
{
    int64_t sum = 0;
    for_each_tensor(*this, [&](const at::Tensor& t) {
        if (t.defined()) sum += static_cast<int64_t>(t.nbytes());
    });
    return sum;
}

EventStore EventStore::select(const at::Tensor& rows_N) const
{
    ensure(rows_N.scalar_type() == at::kLong && rows_N.dim() == 1, "rows must be int64 (N)");
    ensure(source_rows_B.is_cpu(), "EventStore::select works on the CPU");
    const at::Tensor rows = rows_N.cpu().contiguous();
    const auto* row = rows.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < rows.size(0); ++i)
        ensure(row[i] >= 0 && row[i] < this->rows, "row out of range");
    EventStore out = *this;
    out.rows = rows.size(0);
    for (auto& [name, collection] : out.collections) collection = gather(collection, rows);
    const auto pick = [&](at::Tensor& t) {
        if (t.defined()) t = t.index_select(0, rows);
    };
    for (auto& [name, values] : out.scalars) pick(values);
    for (auto& [name, values] : out.dense) pick(values);
    pick(out.labels_B);
    pick(out.weights_B);
    pick(out.source_rows_B);
    pick(out.source_files_B);
    return out;
}

EventStore EventStore::to(const at::Device& device) const
{
    EventStore out = *this;
    for_each_tensor(out, [&](at::Tensor& t) {
        if (t.defined()) t = t.to(device);
    });
    return out;
}

}  // namespace jetsmith
