// SPDX-License-Identifier: Apache-2.0
// Highway compiles this file once per SIMD target and picks one at run time.
#include "kernels/rectified_tile/rectified_tile_simd.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/rectified_tile/rectified_tile_simd.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Loads and stores of N lanes of float32 arithmetic; N = 1 serves the last columns.
template <class D>
struct Columns {
    using Real = hn::Vec<D>;
    static constexpr D tag{};
    static int64_t lanes() { return static_cast<int64_t>(hn::Lanes(tag)); }

    static HWY_INLINE Real load(const float* from) { return hn::LoadU(tag, from); }
    static HWY_INLINE Real load(const uint16_t* from)
    {
        const hn::Rebind<uint32_t, D> words;
        const hn::Rebind<uint16_t, D> halves;
        const auto bits = hn::PromoteTo(words, hn::LoadU(halves, from));
        return hn::BitCast(tag, hn::ShiftLeft<16>(bits));
    }
    static HWY_INLINE void store(Real v, float* to) { hn::StoreU(v, tag, to); }
    static HWY_INLINE void store(Real v, uint16_t* to)
    {
        const hn::Rebind<uint32_t, D> words;
        const hn::Rebind<int32_t, D> signed_words;
        const hn::Rebind<uint16_t, D> halves;
        const auto bits = hn::BitCast(words, v);
        const auto even = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 1));
        const auto rounded = hn::ShiftRight<16>(bits + even + hn::Set(words, 0x7FFF));
        // Rounding would carry the bits of a NaN over into a number.
        const auto whole =
            hn::IfThenElse(hn::RebindMask(words, hn::IsNaN(v)), hn::Set(words, 0x7FC0), rounded);
        hn::StoreU(hn::DemoteTo(halves, hn::BitCast(signed_words, whole)), halves, to);
    }
    static HWY_INLINE Real all(float v) { return hn::Set(tag, v); }
    static HWY_INLINE Real rectified(Real v)
    {
        return hn::IfThenZeroElse(hn::Lt(v, hn::Zero(tag)), v);  // NaN stays
    }
    static HWY_INLINE Real where_positive(Real v, Real then)
    {
        return hn::IfThenElseZero(hn::Gt(v, hn::Zero(tag)), then);
    }
};

using Wide = Columns<hn::ScalableTag<float>>;
using One = Columns<hn::CappedTag<float, 1>>;

/// Calls work.operator()<Columns>(l) for all columns, as many at a time as a register holds.
template <class Work>
HWY_INLINE void for_columns(int64_t width, const Work& work)
{
    int64_t l = 0;
    for (; l + Wide::lanes() <= width; l += Wide::lanes()) work(Wide(), l);
    for (; l < width; ++l) work(One(), l);
}

/// Calls piece(object of the tile, its row of the batch, weight) in order.
template <class Piece>
HWY_INLINE void for_objects(const ObjectRange& range, const Piece& piece)
{
    int64_t row = range.first_row;
    for (int64_t i = 0; i < range.objects; ++i) {
        const int64_t t = range.first_object + i;
        while (range.offsets[row + 1] <= t) ++row;
        piece(i, row, range.weights ? range.weights[t] : 1.0F);
    }
}

template <class Value>
void narrow(const float* x, int64_t features, const float* weight, const float* bias,
            const TileValues& out)
{
    auto* to = static_cast<Value*>(out.data);
    const int64_t width = out.width;
    for (int64_t i = 0; i < out.rows; ++i)
        for_columns(width, [&](auto c, int64_t l) HWY_ATTR {
            auto sum = c.load(bias + l);
            for (int64_t f = 0; f < features; ++f)
                sum = hn::MulAdd(c.all(x[i * features + f]), c.load(weight + f * width + l), sum);
            c.store(c.rectified(sum), to + i * width + l);
        });
}

template <class Value>
void narrow_gradient(const float* x, int64_t features, const TileValues& g, float* weight)
{
    const auto* from = static_cast<const Value*>(g.data);
    const int64_t width = g.width;
    for (int64_t f = 0; f < features; ++f)
        for_columns(width, [&](auto c, int64_t l) HWY_ATTR {
            auto sum = c.load(weight + f * width + l);
            for (int64_t i = 0; i < g.rows; ++i)
                sum = hn::MulAdd(c.all(x[i * features + f]), c.load(from + i * width + l), sum);
            c.store(sum, weight + f * width + l);
        });
}

template <class Value>
void rectify(const TileValues& v, const float* bias)
{
    auto* values = static_cast<Value*>(v.data);
    for (int64_t i = 0; i < v.rows; ++i)
        for_columns(v.width, [&](auto c, int64_t l) HWY_ATTR {
            Value* at = values + i * v.width + l;
            c.store(c.rectified(c.load(at) + c.load(bias + l)), at);
        });
}

template <class Value>
void keep_positive(const TileValues& v, void* gradients, float* bias)
{
    const auto* values = static_cast<const Value*>(v.data);
    auto* g = static_cast<Value*>(gradients);
    for (int64_t i = 0; i < v.rows; ++i)
        for_columns(v.width, [&](auto c, int64_t l) HWY_ATTR {
            const int64_t at = i * v.width + l;
            const auto kept = c.where_positive(c.load(values + at), c.load(g + at));
            c.store(kept, g + at);
            c.store(c.load(bias + l) + kept, bias + l);
        });
}

template <class Value>
void add_rows(const TileValues& v, const ObjectRange& range, float* sums)
{
    const auto* values = static_cast<const Value*>(v.data);
    for_objects(range, [&](int64_t i, int64_t row, float weight) HWY_ATTR {
        for_columns(v.width, [&](auto c, int64_t l) HWY_ATTR {
            float* sum = sums + row * v.width + l;
            c.store(hn::MulAdd(c.all(weight), c.load(values + i * v.width + l), c.load(sum)), sum);
        });
    });
}

template <class Value>
void spread(const TileValues& v, const ObjectRange& range, const float* sums, void* gradients,
            float* bias)
{
    const auto* values = static_cast<const Value*>(v.data);
    auto* g = static_cast<Value*>(gradients);
    for_objects(range, [&](int64_t i, int64_t row, float weight) HWY_ATTR {
        for_columns(v.width, [&](auto c, int64_t l) HWY_ATTR {
            const int64_t at = i * v.width + l;
            const auto part = c.all(weight) * c.load(sums + row * v.width + l);
            const auto kept = c.where_positive(c.load(values + at), part);
            c.store(kept, g + at);
            c.store(c.load(bias + l) + kept, bias + l);
        });
    });
    std::fill(g + range.objects * v.width, g + v.rows * v.width, Value{0});
}

void NarrowLayer(const float* x, int64_t features, const float* weight, const float* bias,
                 const TileValues& out)
{
    out.bfloat16 ? narrow<uint16_t>(x, features, weight, bias, out)
                 : narrow<float>(x, features, weight, bias, out);
}

void NarrowGradient(const float* x, int64_t features, const TileValues& g, float* weight)
{
    g.bfloat16 ? narrow_gradient<uint16_t>(x, features, g, weight)
               : narrow_gradient<float>(x, features, g, weight);
}

void Rectify(const TileValues& v, const float* bias)
{
    v.bfloat16 ? rectify<uint16_t>(v, bias) : rectify<float>(v, bias);
}

void KeepPositive(const TileValues& v, void* g, float* bias)
{
    v.bfloat16 ? keep_positive<uint16_t>(v, g, bias) : keep_positive<float>(v, g, bias);
}

void AddToRows(const TileValues& v, const ObjectRange& range, float* sums)
{
    v.bfloat16 ? add_rows<uint16_t>(v, range, sums) : add_rows<float>(v, range, sums);
}

void Spread(const TileValues& v, const ObjectRange& range, const float* sums, void* g, float* bias)
{
    v.bfloat16 ? spread<uint16_t>(v, range, sums, g, bias) : spread<float>(v, range, sums, g, bias);
}

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::kernels {

HWY_EXPORT(NarrowLayer);
HWY_EXPORT(NarrowGradient);
HWY_EXPORT(Rectify);
HWY_EXPORT(KeepPositive);
HWY_EXPORT(AddToRows);
HWY_EXPORT(Spread);

void narrow_layer_loop(const float* x, int64_t features, const float* weight, const float* bias,
                       const TileValues& out)
{
    HWY_DYNAMIC_DISPATCH(NarrowLayer)(x, features, weight, bias, out);
}

void narrow_gradient_loop(const float* x, int64_t features, const TileValues& g, float* weight)
{
    HWY_DYNAMIC_DISPATCH(NarrowGradient)(x, features, g, weight);
}

void rectify_loop(const TileValues& v, const float* bias)
{
    HWY_DYNAMIC_DISPATCH(Rectify)(v, bias);
}

void keep_positive_loop(const TileValues& v, void* g, float* bias)
{
    HWY_DYNAMIC_DISPATCH(KeepPositive)(v, g, bias);
}

void add_to_rows_loop(const TileValues& v, const ObjectRange& range, float* sums)
{
    HWY_DYNAMIC_DISPATCH(AddToRows)(v, range, sums);
}

void spread_loop(const TileValues& v, const ObjectRange& range, const float* sums, void* g,
                 float* bias)
{
    HWY_DYNAMIC_DISPATCH(Spread)(v, range, sums, g, bias);
}

}  // namespace jetsmith::kernels
#endif
