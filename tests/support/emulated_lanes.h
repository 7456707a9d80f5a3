// SPDX-License-Identifier: Apache-2.0
// The warp that kernels/emd/emd_warp.inc asks for, on the processor: a value per lane is an array
// of 32, and lanes meet only in ballot, shuffle, reductions and memory, as on the device. Its
// arithmetic is in emulated_lane_math.h.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <type_traits>

// GCC 12 miscompiles arrays of lanes with its points-to analysis (-O1, and -O2 -march=native; clang
// and the sanitizers find nothing wrong).
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("no-tree-pta")
#endif

namespace jetsmith::test::emd_warp {

constexpr int kLanes = 32;

/// The 32-bit and 64-bit integers of a GPU wrap; those of the processor do it as unsigned ones.
template <class T, class F>
T wrapping(T a, T b, const F& f)
{
    if constexpr (std::is_integral_v<T> && sizeof(T) >= sizeof(int)) {
        using Unsigned = std::make_unsigned_t<T>;
        return static_cast<T>(f(static_cast<Unsigned>(a), static_cast<Unsigned>(b)));
    } else {
        return f(a, b);
    }
}

template <class T>
struct Lane {
    std::array<T, kLanes> at{};

    Lane() = default;
    Lane(T all) { at.fill(all); }  // NOLINT: a plain value is the same in all lanes

    template <class F>
    static auto each(const Lane& a, const Lane& b, const F& f)
    {
        Lane<decltype(f(T(), T()))> out;
        for (size_t i = 0; i < kLanes; ++i) out.at[i] = f(a.at[i], b.at[i]);
        return out;
    }
    template <class F>
    static Lane wrapped(const Lane& a, const Lane& b, const F& f)
    {
        Lane out;
        for (size_t i = 0; i < kLanes; ++i) out.at[i] = wrapping(a.at[i], b.at[i], f);
        return out;
    }
    template <class F>
    Lane map(const F& f) const
    {
        Lane out;
        for (size_t i = 0; i < kLanes; ++i) out.at[i] = static_cast<T>(f(at[i]));
        return out;
    }

    friend Lane operator+(const Lane& a, const Lane& b) { return wrapped(a, b, std::plus<>()); }
    friend Lane operator-(const Lane& a, const Lane& b) { return wrapped(a, b, std::minus<>()); }
    friend Lane operator*(const Lane& a, const Lane& b)
    {
        return wrapped(a, b, std::multiplies<>());
    }
    friend Lane operator/(const Lane& a, const Lane& b) { return each(a, b, std::divides<>()); }
    friend Lane operator|(const Lane& a, const Lane& b) { return each(a, b, std::bit_or<>()); }
    friend Lane operator&(const Lane& a, const Lane& b) { return each(a, b, std::bit_and<>()); }
    friend Lane<bool> operator<(const Lane& a, const Lane& b) { return each(a, b, std::less<>()); }
    friend Lane<bool> operator>(const Lane& a, const Lane& b)
    {
        return each(a, b, std::greater<>());
    }
    friend Lane<bool> operator<=(const Lane& a, const Lane& b)
    {
        return each(a, b, std::less_equal<>());
    }
    friend Lane<bool> operator>=(const Lane& a, const Lane& b)
    {
        return each(a, b, std::greater_equal<>());
    }
    friend Lane<bool> operator==(const Lane& a, const Lane& b)
    {
        return each(a, b, std::equal_to<>());
    }
    friend Lane<bool> operator!=(const Lane& a, const Lane& b)
    {
        return each(a, b, std::not_equal_to<>());
    }
    friend Lane<bool> operator&&(const Lane& a, const Lane& b)
    {
        return each(a, b, std::logical_and<>());
    }
    friend Lane<bool> operator||(const Lane& a, const Lane& b)
    {
        return each(a, b, std::logical_or<>());
    }
    Lane operator-() const { return Lane(T()) - *this; }
    Lane operator~() const { return map(std::bit_not<>()); }
    Lane<bool> operator!() const { return *this == Lane(T()); }
    Lane operator>>(int bits) const
    {
        return map([bits](T v) { return v >> bits; });
    }
    Lane operator<<(int bits) const
    {
        return map([bits](T v) { return static_cast<std::make_unsigned_t<T>>(v) << bits; });
    }
};

template <class To, class From, class F>
Lane<To> converted(const Lane<From>& v, const F& f)
{
    Lane<To> out;
    for (size_t i = 0; i < kLanes; ++i) out.at[i] = static_cast<To>(f(v.at[i]));
    return out;
}

template <class To, class From>
Lane<To> converted(const Lane<From>& v)
{
    return converted<To>(v, [](From x) { return x; });
}

inline Lane<int> lane_index()
{
    Lane<int> out;
    for (size_t i = 0; i < kLanes; ++i) out.at[i] = static_cast<int>(i);
    return out;
}
inline Lane<uint32_t> own_bit()
{
    return converted<uint32_t>(lane_index(), [](int lane) { return 1u << lane; });
}
inline Lane<bool> of_mask(uint32_t mask) { return (own_bit() & mask) != 0u; }

template <class T>
Lane<T> broadcast(T value)
{
    return value;
}
template <class T>
Lane<T> select(const Lane<bool>& where, const Lane<T>& yes, const std::type_identity_t<Lane<T>>& no)
{
    Lane<T> out;
    for (size_t i = 0; i < kLanes; ++i) out.at[i] = where.at[i] ? yes.at[i] : no.at[i];
    return out;
}

template <class T>
Lane<T> pick(bool first, const Lane<T>& a, const Lane<T>& b)
{
    return select(Lane<bool>(first), a, b);
}

inline uint32_t ballot(const Lane<bool>& v)
{
    uint32_t mask = 0;
    for (size_t i = 0; i < kLanes; ++i) mask |= uint32_t{v.at[i]} << i;
    return mask;
}
template <class T>
T shuffle(const Lane<T>& v, int lane)
{
    return v.at.at(static_cast<size_t>(lane));
}
template <class T>
T reduce_min(const Lane<T>& v)
{
    return *std::min_element(v.at.begin(), v.at.end());
}
/// In the order of a butterfly of __shfl_xor_sync.
template <class T>
T sum(Lane<T> v)
{
    for (size_t other = kLanes / 2; other > 0; other /= 2) {
        const Lane<T> before = v;
        for (size_t i = 0; i < kLanes; ++i) v.at[i] += before.at[i ^ other];
    }
    return v.at[0];
}

template <class T, class Index>
Lane<std::remove_const_t<T>> load(T* from, const Lane<Index>& index, const Lane<bool>& where)
{
    Lane<std::remove_const_t<T>> out;
    for (size_t i = 0; i < kLanes; ++i)
        if (where.at[i]) out.at[i] = from[index.at[i]];
    return out;
}
template <class T, class Index>
void store(T* to, const Lane<Index>& index, const std::type_identity_t<Lane<T>>& value,
           const Lane<bool>& where)
{
    for (size_t i = 0; i < kLanes; ++i)
        if (where.at[i]) to[index.at[i]] = value.at[i];
}
inline void sync_lanes() {}

}  // namespace jetsmith::test::emd_warp

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif
