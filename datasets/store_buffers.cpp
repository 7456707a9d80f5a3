// SPDX-License-Identifier: Apache-2.0
#include "datasets/store_buffers.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <cstring>

#include "core/errors.h"

namespace jetsmith {

void StoreBuffers::clear()
{
    for (auto& [name, column] : columns_) column.values.resize(0);
    rows_ = 0;
}

void StoreBuffers::append(const EventStore& block)
{
    if (rows_ == 0) like_ = block;
    for_each_tensor(block, [&](const std::string& name, const at::Tensor& tensor, Along along) {
        if (!tensor.defined()) return;
        const at::Tensor values = tensor.contiguous();
        Column& column = columns_[name];
        ensure(rows_ == 0 || (column.dtype == values.scalar_type() &&
                              column.sizes.size() == static_cast<size_t>(values.dim())),
               "blocks of a store differ in a column");
        column.dtype = values.scalar_type();
        column.sizes = values.sizes().vec();
        if (along != Along::offsets) {
            const size_t bytes = values.nbytes();
            if (bytes > 0)
                std::memcpy(column.values.extend<char>(bytes), values.const_data_ptr(), bytes);
            return;
        }
        if (column.values.size() == 0) column.values.push(int64_t{0});
        int64_t last = 0;
        std::memcpy(&last, column.values.data() + column.values.size() - sizeof last, sizeof last);
        const auto* offset = values.const_data_ptr<int64_t>();
        auto* out = column.values.extend<int64_t>(static_cast<size_t>(block.rows));
        for (int64_t i = 0; i < block.rows; ++i) out[i] = last + offset[i + 1];
    });
    rows_ += block.rows;
    // What is kept of the block must not hold on to its memory.
    for_each_tensor(like_, [](const std::string&, at::Tensor& tensor, Along) {
        if (tensor.defined() && tensor.size(0) > 0) tensor = at::empty({0}, tensor.options());
    });
}

EventStore StoreBuffers::store(const std::shared_ptr<StoreBuffers>& buffers)
{
    EventStore out = buffers->like_;
    out.rows = buffers->rows_;
    for_each_tensor(out, [&](const std::string& name, at::Tensor& tensor, Along) {
        if (!tensor.defined()) return;
        Column& column = buffers->columns_.at(name);
        auto sizes = column.sizes;
        size_t each = c10::elementSize(column.dtype);
        for (size_t d = 1; d < sizes.size(); ++d) each *= static_cast<size_t>(sizes[d]);
        sizes[0] = each == 0 ? 0 : static_cast<int64_t>(column.values.size() / each);
        tensor = column.values.size() == 0
                     ? at::empty(sizes, column.dtype)
                     : at::from_blob(column.values.data(), sizes, [buffers](void*) {}, column.dtype);
    });
    return out;
}

}  // namespace jetsmith
