// SPDX-License-Identifier: Apache-2.0
// Highway compiles this file once per SIMD target and picks one at run time.
#include "kernels/dense_layers/dense_products.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense_layers/dense_products.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<float, 16>;
using Real = hn::Vec<Lanes>;
constexpr Lanes kTag;
constexpr int64_t kLanes = hn::MaxLanes(kTag);
constexpr int64_t kPanel = 2 * kLanes;
/// Rows of a product that stay in registers, beside two registers of columns.
constexpr int kRows = HWY_TARGET <= HWY_AVX3 ? 8 : static_cast<int>(HWY_MIN(4, kPanel));
static_assert(kColumnStep % kPanel == 0 && kRowStep % kRows == 0 && kPanel % kRows == 0);

/// kRows x kVectors registers of a product.
template <int kVectors>
struct Tile {
    Real sum[kRows][kVectors];

    HWY_INLINE void clear()
    {
#pragma GCC unroll 8
        for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 2
            for (int v = 0; v < kVectors; ++v) sum[i][v] = hn::Zero(kTag);
    }

    /// += sum_k a(i, k) b(k, j), where a(i, k) lies at a[i kRowStride + k kStep].
    template <int64_t kRowStride, int64_t kStep>
    HWY_INLINE void add(const float* HWY_RESTRICT a, const float* HWY_RESTRICT b, int64_t depth)
    {
        for (int64_t k = 0; k < depth; ++k, a += kStep, b += kPanel) {
            Real column[kVectors];
#pragma GCC unroll 2
            for (int v = 0; v < kVectors; ++v) column[v] = hn::LoadU(kTag, b + v * kLanes);
#pragma GCC unroll 8
            for (int i = 0; i < kRows; ++i) {
                const Real factor = hn::Set(kTag, a[i * kRowStride]);
#pragma GCC unroll 2
                for (int v = 0; v < kVectors; ++v)
                    sum[i][v] = hn::MulAdd(factor, column[v], sum[i][v]);
            }
        }
    }

    /// Calls end(sum, row, v) for each register.
    template <class End>
    HWY_INLINE void finish(const End& end) const
    {
#pragma GCC unroll 8
        for (int i = 0; i < kRows; ++i)
#pragma GCC unroll 2
            for (int v = 0; v < kVectors; ++v) end(sum[i][v], i, v);
    }
};

/// Calls work(panel, constant of its registers) for the panels of a matrix.
template <class Work>
HWY_INLINE void for_panels(const Panels& m, const Work& work)
{
    for (int64_t p = 0; p * kPanel < m.columns; ++p) {
        if (m.columns - p * kPanel > kLanes)
            work(p, std::integral_constant<int, 2>());
        else
            work(p, std::integral_constant<int, 1>());
    }
}

/// a times b, both in panels, b (columns of a, columns of out); end(row, panel, tile) stores.
template <class End>
HWY_INLINE void product(const Panels& a, const Panels& b, const End& end)
{
    for_panels(b, [&](int64_t p, auto vectors) HWY_ATTR {
        for (int64_t row = 0; row < a.rows; row += kRows) {
            Tile<decltype(vectors)::value> tile;
            tile.clear();
            for (int64_t k = 0; k < a.columns; k += kPanel)
                tile.template add<kPanel, 1>(a.data + k / kPanel * a.stride + row * kPanel,
                                             b.data + p * b.stride + k * kPanel,
                                             HWY_MIN(kPanel, a.columns - k));
            end(row, p, tile);
        }
    });
}

void ForwardProduct(const Panels& x, const Panels& weight, const ForwardEnd& end, const Panels& y)
{
    product(x, weight, [&](int64_t row, int64_t p, const auto& tile) HWY_ATTR {
        const float* bias = end.bias + p * kPanel;
        float* to = y.data + p * y.stride + row * kPanel;
        tile.finish([&](Real v, int i, int j) HWY_ATTR {
            v = v + hn::LoadU(kTag, bias + j * kLanes);
            if (end.rectify) v = hn::IfThenZeroElse(hn::Lt(v, hn::Zero(kTag)), v);  // NaN stays
            hn::StoreU(v, kTag, to + i * kPanel + j * kLanes);
        });
    });
}

/// Gradients below kVanishing become 0; NaN stays.
HWY_INLINE Real flushed(Real v)
{
    return hn::IfThenZeroElse(hn::Lt(hn::Abs(v), hn::Set(kTag, kVanishing)), v);
}

/// v where the outputs are positive, else 0.
HWY_INLINE Real passed(const float* outputs, Real v)
{
    return hn::IfThenElseZero(hn::Gt(hn::LoadU(kTag, outputs), hn::Zero(kTag)), flushed(v));
}

void BackwardProduct(const Panels& g_y, const Panels& weight, const BackwardEnd& end,
                     const Panels& g_x)
{
    const Real scale = hn::Set(kTag, end.scale);
    product(g_y, weight, [&](int64_t row, int64_t p, const auto& tile) HWY_ATTR {
        const int64_t at = p * g_x.stride + row * kPanel;
        if (end.outputs == nullptr) {
            tile.finish([&](Real v, int i, int j) HWY_ATTR {
                hn::StoreU(v, kTag, g_x.data + at + i * kPanel + j * kLanes);
            });
            return;
        }
        Real sums[2] = {hn::Zero(kTag), hn::Zero(kTag)};
        tile.finish([&](Real v, int i, int j) HWY_ATTR {
            const int64_t here = at + i * kPanel + j * kLanes;
            v = passed(end.outputs + here, v * scale);
            sums[j] = sums[j] + v;
            hn::StoreU(v, kTag, g_x.data + here);
        });
        for (int j = 0; j < 2; ++j) {
            float* bias = end.bias + p * kPanel + j * kLanes;
            hn::StoreU(hn::LoadU(kTag, bias) + sums[j], kTag, bias);
        }
    });
}

void WeightProduct(const Panels& g_y, const Panels& x, float* weight)
{
    const int64_t width = padded(x.columns, kColumnStep);
    for_panels(x, [&](int64_t p, auto vectors) HWY_ATTR {
        for (int64_t n = 0; n < g_y.columns; n += kRows) {
            Tile<decltype(vectors)::value> tile;
            tile.clear();
            tile.template add<1, kPanel>(g_y.data + n / kPanel * g_y.stride + n % kPanel,
                                         x.data + p * x.stride, x.rows);
            float* to = weight + n * width + p * kPanel;
            tile.finish([&](Real v, int i, int j) HWY_ATTR {
                float* at = to + i * width + j * kLanes;
                hn::StoreU(hn::LoadU(kTag, at) + v, kTag, at);
            });
        }
    });
}

void FlushAndSum(const Panels& g, float* sums)
{
    for_panels(g, [&](int64_t p, auto vectors) HWY_ATTR {
        for (int v = 0; v < vectors; ++v) {
            float* to = sums + p * kPanel + v * kLanes;
            float* at = g.data + p * g.stride + v * kLanes;
            Real sum = hn::LoadU(kTag, to);
            for (int64_t row = 0; row < g.rows; ++row, at += kPanel) {
                const Real kept = flushed(hn::LoadU(kTag, at));
                hn::StoreU(kept, kTag, at);
                sum = sum + kept;
            }
            hn::StoreU(sum, kTag, to);
        }
    });
}

int64_t PanelColumns() { return kPanel; }

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::kernels {

HWY_EXPORT(ForwardProduct);
HWY_EXPORT(BackwardProduct);
HWY_EXPORT(WeightProduct);
HWY_EXPORT(FlushAndSum);
HWY_EXPORT(PanelColumns);

int64_t panel_columns() { return HWY_DYNAMIC_DISPATCH(PanelColumns)(); }

void forward_product(const Panels& x, const Panels& weight, const ForwardEnd& end, const Panels& y)
{
    HWY_DYNAMIC_DISPATCH(ForwardProduct)(x, weight, end, y);
}

void backward_product(const Panels& g_y, const Panels& weight, const BackwardEnd& end,
                      const Panels& g_x)
{
    HWY_DYNAMIC_DISPATCH(BackwardProduct)(g_y, weight, end, g_x);
}

void weight_product(const Panels& g_y, const Panels& x, float* weight)
{
    HWY_DYNAMIC_DISPATCH(WeightProduct)(g_y, x, weight);
}

void flush_and_sum(const Panels& g, float* sums) { HWY_DYNAMIC_DISPATCH(FlushAndSum)(g, sums); }

}  // namespace jetsmith::kernels
#endif
