// SPDX-License-Identifier: Apache-2.0
// Highway compiles this file once per SIMD target and picks one at run time.
#include "kernels/finite/finite_simd.h"

#include "kernels/finite/finite_math.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/finite/finite_simd.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Four largest magnitudes at a time: the loop then waits for memory and not for its own results.
template <class Bits>
bool sweep(const Bits* bits, int64_t count)
{
    const hn::ScalableTag<Bits> d;
    const auto lanes = static_cast<int64_t>(hn::Lanes(d));
    const auto magnitude = hn::Set(d, FloatBits<Bits>::magnitude);
    const auto at = [&](int64_t i) { return hn::And(hn::LoadU(d, bits + i), magnitude); };
    auto a = hn::Zero(d), b = a, c = a, e = a;
    int64_t i = 0;
    for (; i + 4 * lanes <= count; i += 4 * lanes) {
        a = hn::Max(a, at(i));
        b = hn::Max(b, at(i + lanes));
        c = hn::Max(c, at(i + 2 * lanes));
        e = hn::Max(e, at(i + 3 * lanes));
    }
    for (; i + lanes <= count; i += lanes) a = hn::Max(a, at(i));
    const auto largest = hn::Max(hn::Max(a, b), hn::Max(c, e));
    const auto infinity = hn::Set(d, FloatBits<Bits>::infinity);
    bool finite = hn::AllTrue(d, hn::Lt(largest, infinity));
    for (; i < count; ++i) finite = finite && !not_finite(bits[i]);
    return finite;
}

bool SpanIsFinite(const FiniteSpan& span)
{
    switch (span.bytes) {
        case 2: return sweep(static_cast<const uint16_t*>(span.values), span.count);
        case 4: return sweep(static_cast<const uint32_t*>(span.values), span.count);
        default: return sweep(static_cast<const uint64_t*>(span.values), span.count);
    }
}

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::kernels {

HWY_EXPORT(SpanIsFinite);

bool span_is_finite(const FiniteSpan& span) { return HWY_DYNAMIC_DISPATCH(SpanIsFinite)(span); }

}  // namespace jetsmith::kernels
#endif
