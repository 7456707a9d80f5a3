// SPDX-License-Identifier: Apache-2.0
// Two ways to do the same, timed in turns so that other work on the machine slows both.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace jetsmith {

inline double median(std::vector<double> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

template <class Work>
double microseconds(const Work& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
        .count();
}

/// Medians of both, in microseconds.
template <class First, class Second>
std::pair<double, double> medians_in_turns(const First& first, const Second& second, int repeats)
{
    constexpr int kWarmUps = 10;
    std::vector<double> firsts, seconds;
    for (int i = -kWarmUps; i < repeats; ++i) {
        const double one = microseconds(first), other = microseconds(second);
        if (i < 0) continue;
        firsts.push_back(one);
        seconds.push_back(other);
    }
    return {median(std::move(firsts)), median(std::move(seconds))};
}

}  // namespace jetsmith
