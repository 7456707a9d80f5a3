// SPDX-License-Identifier: Apache-2.0
#include "models/layers/tile_products.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>

#include "core/device.h"

namespace jetsmith::layers {

at::Tensor OutputMemory::take(int64_t rows, int64_t width, const at::TensorOptions& options)
{
    const std::lock_guard lock(mutex_);
    for (const auto& kept : kept_)
        if (kept.use_count() == 1 && kept.storage().use_count() == 1 && kept.size(0) == rows &&
            kept.size(1) == width && kept.dtype() == options.dtype())
            return kept;
    if (kept_.size() == kMost) kept_.erase(kept_.begin());
    return kept_.emplace_back(at::empty({rows, width}, options));
}

at::Tensor OutputMemory::take_tile(int64_t rows, int64_t width, const at::TensorOptions& options)
{
    return take(kTileRows, width, options).narrow(0, 0, rows);
}

OutputMemory& output_memory()
{
    static OutputMemory memory;
    return memory;
}

at::ScalarType product_type(at::ScalarType type)
{
    return cpu_is_fast_at_bf16() ? type : at::kFloat;
}

at::Tensor operand(const at::Tensor& tile)
{
    const auto type = product_type(tile.scalar_type());
    if (type == tile.scalar_type()) return tile;
    auto wide = output_memory().take_tile(tile.size(0), tile.size(1), tile.options().dtype(type));
    return wide.copy_(tile);
}

void multiply(const at::Tensor& a, const at::Tensor& b, at::Tensor out)
{
    if (a.scalar_type() == out.scalar_type()) {
        at::mm_out(out, a, b);
    } else {
        auto wide = output_memory().take_tile(out.size(0), out.size(1), a.options());
        at::mm_out(wide, a, b);
        out.copy_(wide);
    }
}

}  // namespace jetsmith::layers
