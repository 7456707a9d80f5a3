// SPDX-License-Identifier: Apache-2.0
// Highway compiles this file once per SIMD target and picks one at run time.
#include "kernels/dense_layers/dense_panels.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense_layers/dense_panels.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

/// Columns of a panel that are transposed in blocks of four.
#if HWY_TARGET == HWY_SCALAR
int64_t TransposeBlocks(const float*, int64_t, int64_t, float*, int64_t) { return 0; }
#else
namespace hn = hwy::HWY_NAMESPACE;

/// Transposes 4 x 4 numbers between rows of these widths.
HWY_INLINE void transpose_block(const float* from, int64_t width, float* to, int64_t panel)
{
    const hn::CappedTag<float, 4> tag;
    const auto a = hn::LoadU(tag, from), b = hn::LoadU(tag, from + width);
    const auto c = hn::LoadU(tag, from + 2 * width), d = hn::LoadU(tag, from + 3 * width);
    const auto ac0 = hn::InterleaveLower(tag, a, c), ac1 = hn::InterleaveUpper(tag, a, c);
    const auto bd0 = hn::InterleaveLower(tag, b, d), bd1 = hn::InterleaveUpper(tag, b, d);
    hn::StoreU(hn::InterleaveLower(tag, ac0, bd0), tag, to);
    hn::StoreU(hn::InterleaveUpper(tag, ac0, bd0), tag, to + panel);
    hn::StoreU(hn::InterleaveLower(tag, ac1, bd1), tag, to + 2 * panel);
    hn::StoreU(hn::InterleaveUpper(tag, ac1, bd1), tag, to + 3 * panel);
}

int64_t TransposeBlocks(const float* from, int64_t columns, int64_t rows, float* to, int64_t panel)
{
    for (int64_t c = 0; c + 4 <= columns; c += 4)
        for (int64_t row = 0; row + 4 <= rows; row += 4)
            transpose_block(from + c * rows + row, rows, to + row * panel + c, panel);
    return columns / 4 * 4;
}
#endif

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::kernels {

HWY_EXPORT(TransposeBlocks);

namespace {

/// One panel with `columns` columns: to = from^T.
void transpose_panel(const float* from, int64_t columns, int64_t rows, float* to)
{
    const int64_t panel = panel_columns();
    const int64_t done_columns =
        HWY_DYNAMIC_DISPATCH(TransposeBlocks)(from, columns, rows, to, panel);
    const int64_t done_rows = rows / 4 * 4;
    for (int64_t row = 0; row < rows; ++row, to += panel) {
        for (int64_t c = row < done_rows ? done_columns : 0; c < columns; ++c)
            to[c] = from[c * rows + row];
        std::fill(to + columns, to + panel, 0.0F);
    }
}

}  // namespace

Panels in_panels(float* data, int64_t rows, int64_t columns)
{
    return {data, rows, columns, padded(rows, kRowStep) * panel_columns()};
}

int64_t panel_floats(int64_t rows, int64_t columns)
{
    return padded(rows, kRowStep) * padded(columns, kColumnStep);
}

Panels rows_of(const Panels& all, int64_t begin, int64_t rows)
{
    return {all.data + begin * panel_columns(), rows, all.columns, all.stride};
}

void pack(const float* from, const Panels& to)
{
    const int64_t panel = panel_columns();
    for (int64_t c = 0; c < to.columns; c += panel) {
        const int64_t here = std::min(panel, to.columns - c);
        float* out = to.data + c / panel * to.stride;
        for (int64_t row = 0; row < to.rows; ++row, out += panel) {
            std::copy_n(from + row * to.columns + c, here, out);
            std::fill(out + here, out + panel, 0.0F);
        }
        std::fill_n(out, (padded(to.rows, kRowStep) - to.rows) * panel, 0.0F);
    }
}

void pack_transposed(const float* from, const Panels& to)
{
    const int64_t panel = panel_columns();
    for (int64_t c = 0; c < to.columns; c += panel)
        transpose_panel(from + c * to.rows, std::min(panel, to.columns - c), to.rows,
                        to.data + c / panel * to.stride);
}

void unpack(const Panels& from, float* to)
{
    const int64_t panel = panel_columns();
    for (int64_t c = 0; c < from.columns; c += panel) {
        const float* in = from.data + c / panel * from.stride;
        for (int64_t row = 0; row < from.rows; ++row)
            std::copy_n(in + row * panel, std::min(panel, from.columns - c),
                        to + row * from.columns + c);
    }
}

}  // namespace jetsmith::kernels
#endif
