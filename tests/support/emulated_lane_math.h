// SPDX-License-Identifier: Apache-2.0
// The arithmetic that kernels/emd/emd_warp.inc asks for, on the processor. Everything but fast_exp2
// and fast_log2 rounds as a GPU does.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "tests/support/emulated_lanes.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("no-tree-pta")
#endif

namespace jetsmith::test::emd_warp {

inline int first_bit(uint32_t mask) { return std::countr_zero(mask); }
inline int count_bits(uint32_t mask) { return std::popcount(mask); }
inline Lane<int> bits_set(const Lane<uint32_t>& v) { return converted<int>(v, count_bits); }

inline double fma(double a, double b, double c) { return std::fma(a, b, c); }
template <class T>
Lane<T> fused(const Lane<T>& a, const Lane<T>& b, const Lane<T>& c)
{
    Lane<T> out;
    for (size_t i = 0; i < kLanes; ++i) out.at[i] = std::fma(a.at[i], b.at[i], c.at[i]);
    return out;
}
inline Lane<double> fma(const Lane<double>& a, const Lane<double>& b, const Lane<double>& c)
{
    return fused(a, b, c);
}
inline Lane<float> fma(const Lane<float>& a, const Lane<float>& b, const Lane<float>& c)
{
    return fused(a, b, c);
}
inline double product(double a, double b) { return a * b; }
inline Lane<double> product(const Lane<double>& a, const Lane<double>& b) { return a * b; }
inline Lane<float> product(const Lane<float>& a, const Lane<float>& b) { return a * b; }
inline double square_root(double v) { return std::sqrt(v); }
template <class T>
Lane<T> square_root(const Lane<T>& v)
{
    return v.map([](T x) { return std::sqrt(x); });
}
inline double absolute(double v) { return std::fabs(v); }
template <class T>
Lane<T> absolute(const Lane<T>& v)
{
    return v.map([](T x) { return std::fabs(x); });
}
inline Lane<double> rounded(const Lane<double>& v)
{
    return v.map([](double x) { return std::nearbyint(x); });
}
/// fmin and fmax of the device: the number where one of the two is NaN.
template <class T>
T smaller_of(T a, T b)
{
    return b < a || a != a ? b : a;
}
template <class T>
T larger_of(T a, T b)
{
    return b > a || a != a ? b : a;
}
inline double smaller(double a, double b) { return smaller_of(a, b); }
inline float smaller(float a, float b) { return smaller_of(a, b); }
inline double larger(double a, double b) { return larger_of(a, b); }
inline int32_t larger(int32_t a, int32_t b) { return larger_of(a, b); }
template <class T>
Lane<T> smaller(const Lane<T>& a, const std::type_identity_t<Lane<T>>& b)
{
    return Lane<T>::each(a, b, smaller_of<T>);
}
template <class T>
Lane<T> larger(const Lane<T>& a, const std::type_identity_t<Lane<T>>& b)
{
    return Lane<T>::each(a, b, larger_of<T>);
}

inline int32_t to_int(double v) { return static_cast<int32_t>(std::nearbyint(v)); }
template <class T>
Lane<int32_t> to_int(const Lane<T>& v)
{
    if constexpr (std::is_floating_point_v<T>)
        return converted<int32_t>(v, [](T x) { return std::nearbyint(x); });
    else
        return converted<int32_t>(v);
}
template <class T>
Lane<int64_t> to_int64(const Lane<T>& v)
{
    return converted<int64_t>(v);
}
inline double to_double(int32_t v) { return v; }
template <class T>
Lane<double> to_double(const Lane<T>& v)
{
    return converted<double>(v);
}
inline float to_float(double v) { return static_cast<float>(v); }
inline Lane<float> to_float(const Lane<double>& v) { return converted<float>(v); }
inline float to_float(int32_t v) { return static_cast<float>(v); }
inline Lane<float> to_float(const Lane<int32_t>& v) { return converted<float>(v); }
inline Lane<float> fast_exp2(const Lane<float>& v)
{
    return v.map([](float x) { return std::exp2(x); });
}
inline Lane<float> fast_log2(const Lane<float>& v)
{
    return v.map([](float x) { return std::log2(x); });
}
inline int64_t bits_of(double v) { return std::bit_cast<int64_t>(v); }
inline Lane<int64_t> bits_of(const Lane<double>& v)
{
    return converted<int64_t>(v, std::bit_cast<int64_t, double>);
}
inline double double_of(int64_t v) { return std::bit_cast<double>(v); }
inline Lane<double> double_of(const Lane<int64_t>& v)
{
    return converted<double>(v, std::bit_cast<double, int64_t>);
}

}  // namespace jetsmith::test::emd_warp

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif
