// SPDX-License-Identifier: Apache-2.0
// The arithmetic that pixelate_math.h asks for, on one double and on SIMD registers. Included once
// per SIMD target.
#if defined(JETSMITH_PIXELATE_LANES_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef JETSMITH_PIXELATE_LANES_INL_H
#undef JETSMITH_PIXELATE_LANES_INL_H
#else
#define JETSMITH_PIXELATE_LANES_INL_H
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <cmath>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

struct OneDouble {
    using Real = double;
    using Mask = bool;
    static HWY_INLINE double all(double v) { return v; }
    static HWY_INLINE double fma(double a, double b, double c) { return a * b + c; }
    static HWY_INLINE double sqrt(double v) { return std::sqrt(v); }
    static HWY_INLINE double abs(double v) { return std::fabs(v); }
    static HWY_INLINE double log(double v) { return std::log(v); }
    static HWY_INLINE double sin(double v) { return std::sin(v); }
    static HWY_INLINE double cos(double v) { return std::cos(v); }
    static HWY_INLINE double atan2(double y, double x) { return std::atan2(y, x); }
    static HWY_INLINE double with_sign(double v, double sign) { return std::copysign(v, sign); }
    static HWY_INLINE double choose(bool m, double a, double b) { return m ? a : b; }
};

template <class D>
struct Lanes {
    using Tag = D;
    using Real = hn::Vec<D>;
    using Mask = hn::Mask<D>;
    static constexpr D tag{};
    static constexpr int kMaxLanes = static_cast<int>(hn::MaxLanes(D()));
    static HWY_INLINE int lanes() { return static_cast<int>(hn::Lanes(tag)); }
    static HWY_INLINE Real all(double v) { return hn::Set(tag, static_cast<hn::TFromD<D>>(v)); }
    static HWY_INLINE Real fma(Real a, Real b, Real c) { return hn::MulAdd(a, b, c); }
    static HWY_INLINE Real sqrt(Real v) { return hn::Sqrt(v); }
    static HWY_INLINE Real abs(Real v) { return hn::Abs(v); }
    static HWY_INLINE Real floor(Real v) { return hn::Floor(v); }
    static HWY_INLINE Real log(Real v) { return hn::Log(tag, v); }
    static HWY_INLINE Real log1p(Real v) { return hn::Log1p(tag, v); }
    static HWY_INLINE Real with_sign(Real v, Real sign) { return hn::CopySign(v, sign); }
    static HWY_INLINE Real choose(Mask m, Real a, Real b) { return hn::IfThenElse(m, a, b); }
    static HWY_INLINE Mask both(Mask a, Mask b) { return hn::And(a, b); }

    static HWY_INLINE Real atan2(Real y, Real x)
    {
        const Real near = hn::Atan(tag, y / x);  // +-pi/2 at x = 0; 0 / 0 is the caller's to avoid
        const Real half_turn = with_sign(all(3.14159265358979323846), y);
        return choose(x < hn::Zero(tag), near + half_turn, near);
    }
};

using DoubleLanes = Lanes<hn::ScalableTag<double>>;
using FloatLanes = Lanes<hn::ScalableTag<float>>;

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
