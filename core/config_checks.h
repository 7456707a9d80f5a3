// SPDX-License-Identifier: Apache-2.0
// Conditions on config values, each with the words that a message and the reference page use.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

namespace jetsmith {

/// A condition on a number; `wanted` completes "must be ...".
struct NumberCheck {
    std::string wanted;
    std::function<bool(double)> holds;
};

/// A text that must be one of a few.
struct OneOf {
    std::vector<std::string> names;
};

inline const NumberCheck positive{"above 0", [](double v) { return v > 0; }};
inline const NumberCheck non_negative{"0 or more", [](double v) { return v >= 0; }};

/// Closed interval [low, high].
inline NumberCheck within(double low, double high)
{
    return {fmt::format("between {} and {}", low, high),
            [low, high](double v) { return v >= low && v <= high; }};
}

/// Half-open interval [low, high).
inline NumberCheck from_below(double low, double high)
{
    return {fmt::format("at least {} and below {}", low, high),
            [low, high](double v) { return v >= low && v < high; }};
}

inline OneOf one_of(std::vector<std::string> names) { return {std::move(names)}; }

namespace detail {

template <typename T>
struct IsVector : std::false_type {};
template <typename T>
struct IsVector<std::vector<T>> : std::true_type {};

/// The words of a check; empty when it holds for `value` (every element of a list).
template <typename T>
bool check_holds(const NumberCheck& check, const T& value)
{
    if constexpr (IsVector<T>::value) {
        return std::all_of(value.begin(), value.end(),
                           [&](const auto& v) { return check_holds(check, v); });
    } else {
        return check.holds(static_cast<double>(value));
    }
}

template <typename T>
bool check_holds(const OneOf& check, const T& value)
{
    if constexpr (IsVector<T>::value) {
        return std::all_of(value.begin(), value.end(),
                           [&](const auto& v) { return check_holds(check, v); });
    } else {
        return std::find(check.names.begin(), check.names.end(), value) != check.names.end();
    }
}

inline std::string wanted(const NumberCheck& check) { return check.wanted; }
inline std::string wanted(const OneOf& check)
{
    return fmt::format("one of {}", fmt::join(check.names, ", "));
}

}  // namespace detail
}  // namespace jetsmith
