// SPDX-License-Identifier: Apache-2.0
#include "datasets/event_store.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/zeros.h>

#include <cstring>
#include <functional>

#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith {
namespace {

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

/// The same by the operations of LibTorch, for stores on a GPU.
Collection gather_on_device(const Collection& all, const at::Tensor& rows_N)
{
    const int64_t count = rows_N.size(0);
    const auto from_N = all.offsets_B1.index_select(0, rows_N);
    const auto counts_N = all.offsets_B1.index_select(0, rows_N.add(1)).sub(from_N);
    Collection out;
    out.offsets_B1 = at::zeros({count + 1}, rows_N.options());
    out.offsets_B1.narrow(0, 1, count).copy_(counts_N.cumsum(0));
    const auto shift_T =
        at::repeat_interleave(from_N.sub(out.offsets_B1.narrow(0, 0, count)), counts_N);
    const auto objects_T = shift_T.add(at::arange(shift_T.size(0), shift_T.options()));
    out.momenta_T4 = all.momenta_T4.index_select(0, objects_T);
    for (const auto& [name, values] : all.columns)
        out.columns[name] = values.index_select(0, objects_T);
    return out;
}

Collection gather(const Collection& all, const at::Tensor& rows_N)
{
    if (!rows_N.is_cpu()) return gather_on_device(all, rows_N);
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
        "inputs: the data have no constituents (found {} collections of objects; wanted one). "
        "Choose a data type with constituents, such as top_tagging.",
        collections.size());
}

at::Tensor EventStore::belongs(int64_t index) const
{
    return targets_BL.defined() ? targets_BL.select(1, index).ne(0) : labels_B.eq(index);
}

int64_t EventStore::bytes() const
{
    int64_t sum = 0;
    for_each_tensor(*this, [&](const std::string&, const at::Tensor& t, Along) {
        if (t.defined()) sum += static_cast<int64_t>(t.nbytes());
    });
    return sum;
}

EventStore EventStore::select(const at::Tensor& rows_N) const
{
    ensure(rows_N.scalar_type() == at::kLong && rows_N.dim() == 1, "rows must be int64 (N)");
    const at::Tensor rows = rows_N.to(source_rows_B.device()).contiguous();
    if (rows.is_cpu()) {  // a GPU checks for itself
        const auto* row = rows.const_data_ptr<int64_t>();
        for (int64_t i = 0; i < rows.size(0); ++i)
            ensure(row[i] >= 0 && row[i] < this->rows, "row out of range");
    }
    EventStore out = *this;
    out.rows = rows.size(0);
    for (auto& [name, collection] : out.collections) collection = gather(collection, rows);
    for_each_tensor(out, [&](const std::string&, at::Tensor& t, Along along) {
        if (along == Along::rows && t.defined()) t = t.index_select(0, rows);
    });
    return out;
}

EventStore EventStore::to(const at::Device& device) const
{
    EventStore out = *this;
    for_each_tensor(out, [&](const std::string&, at::Tensor& t, Along) {
        if (t.defined()) t = t.to(device);
    });
    return out;
}

EventStore concatenate(const std::vector<EventStore>& stores)
{
    ensure(!stores.empty(), "no store to concatenate");
    std::map<std::string, std::vector<at::Tensor>> parts;
    for (const EventStore& store : stores)
        for_each_tensor(store, [&](const std::string& name, const at::Tensor& t, Along along) {
            auto& part = parts[name];
            if (!t.defined()) return;
            if (along == Along::offsets && !part.empty())
                part.push_back(t.narrow(0, 1, store.rows).add(part.back()[-1]));
            else
                part.push_back(t);
        });
    EventStore out = stores.front();
    out.rows = 0;
    for (const EventStore& store : stores) out.rows += store.rows;
    for_each_tensor(out, [&](const std::string& name, at::Tensor& t, Along) {
        if (t.defined()) t = at::cat(parts.at(name));
    });
    return out;
}

}  // namespace jetsmith
