// SPDX-License-Identifier: Apache-2.0
// Several ways to do the same, timed in turns so that other work on the machine slows all of them.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
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

/// Medians of each, in microseconds.
template <class... Works>
std::array<double, sizeof...(Works)> medians_in_turns(int repeats, const Works&... works)
{
    constexpr int kWarmUps = 10;
    std::array<std::vector<double>, sizeof...(Works)> times;
    for (int i = -kWarmUps; i < repeats; ++i) {
        const std::array taken{microseconds(works)...};
        if (i < 0) continue;
        for (size_t way = 0; way < taken.size(); ++way) times[way].push_back(taken[way]);
    }
    std::array<double, sizeof...(Works)> medians;
    std::transform(times.begin(), times.end(), medians.begin(), median);
    return medians;
}

}  // namespace jetsmith
