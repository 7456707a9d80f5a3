// SPDX-License-Identifier: Apache-2.0
// Highway compiles this file once per SIMD target and picks one at run time.
#include "kernels/dense_layers/dense_dropout.h"

#include <algorithm>
#include <cmath>

#include "core/random.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/dense_layers/dense_dropout.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<float, 16>;
using Bits = hn::RebindToUnsigned<Lanes>;
constexpr Lanes kTag;
constexpr Bits kBits;
constexpr int64_t kLanes = hn::MaxLanes(kTag);
constexpr int64_t kWords = 4;  // of one call of philox()

RandomKey key_of(const Dropout& d, int64_t row, int64_t column)
{
    return {d.seed, Purpose::dropout, d.layer,
            static_cast<uint64_t>(row / kWords) << 32 | static_cast<uint64_t>(column)};
}

/// Words of 4 rows and as many columns as a register has lanes.
using Words = hn::Vec<Bits>[kWords];

#if HWY_TARGET == HWY_SCALAR

HWY_INLINE void draw(const RandomKey& key, Words& words)
{
    const auto drawn = philox(key, 0);
    for (size_t i = 0; i < kWords; ++i) words[i] = hn::Set(kBits, drawn[i]);
}

#else

using Pairs = hn::RepartitionToWide<Bits>;
constexpr Pairs kPairs;

/// The four words of a counter of philox(), each in the lower halves of its lanes; what the upper
/// halves hold is never used.
struct Counters {
    hn::Vec<Pairs> c[kWords];

    HWY_INLINE void round(uint32_t key0, uint32_t key1)
    {
        const auto times = [](hn::Vec<Pairs> v, uint32_t factor) HWY_ATTR {
            return hn::MulEven(hn::BitCast(kBits, v), hn::Set(kBits, factor));
        };
        const auto p0 = times(c[0], 0xD2511F53), p1 = times(c[2], 0xCD9E8D57);
        const auto k0 = hn::Set(kPairs, key0), k1 = hn::Set(kPairs, key1);
        c[0] = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), c[1]), k0);
        c[1] = p1;
        c[2] = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), c[3]), k1);
        c[3] = p0;
    }
};

/// philox() of core/random.h in all lanes; even columns and odd ones apart, since a product fills
/// the lanes of two.
HWY_INLINE void draw(const RandomKey& key, Words& words)
{
    const auto columns =
        hn::BitCast(kPairs, hn::Iota(kBits, static_cast<uint32_t>(key.row & 0xFFFFFFFF)));
    const auto row = hn::Set(kPairs, key.row >> 32);
    const auto layer = hn::Set(kPairs, uint64_t{key.epoch});
    Counters even{{columns, row, layer, hn::Zero(kPairs)}};
    Counters odd{{hn::ShiftRight<32>(columns), row, layer, hn::Zero(kPairs)}};
    auto key0 = static_cast<uint32_t>(key.seed) ^ (static_cast<uint32_t>(key.purpose) << 24);
    auto key1 = static_cast<uint32_t>(key.seed >> 32);
    for (int i = 0; i < 10; ++i, key0 += 0x9E3779B9, key1 += 0xBB67AE85) {
        even.round(key0, key1);
        odd.round(key0, key1);
    }
    for (int i = 0; i < kWords; ++i)
        words[i] = hn::OddEven(hn::BitCast(kBits, hn::ShiftLeft<32>(odd.c[i])),
                               hn::BitCast(kBits, even.c[i]));
}

#endif

void Drop(const Panels& values, int64_t panel, const Dropout& d)
{
    const auto scale = hn::Set(kTag, static_cast<float>(1 / (1 - d.probability)));
    const auto limit = hn::Set(kBits, static_cast<uint32_t>(std::ldexp(d.probability, 32)));
    for (int64_t column = 0; column < values.columns; column += kLanes) {
        float* at = values.data + column / panel * values.stride + column % panel;
        for (int64_t row = 0; row < values.rows; row += kWords) {
            Words words;
            draw(key_of(d, d.first_row + row, column), words);
            for (int i = 0; i < kWords; ++i, at += panel) {
                const auto dropped = hn::RebindMask(kTag, hn::Lt(words[i], limit));
                hn::StoreU(hn::IfThenZeroElse(dropped, hn::LoadU(kTag, at) * scale), kTag, at);
            }
        }
    }
}

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::kernels {

HWY_EXPORT(Drop);

void drop(const Panels& values, const Dropout& dropout)
{
    HWY_DYNAMIC_DISPATCH(Drop)(values, panel_columns(), dropout);
}

}  // namespace jetsmith::kernels
#endif
