// SPDX-License-Identifier: Apache-2.0
// Slow references for the metrics, written from their definitions, and toy samples.
#pragma once

#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

namespace jetsmith::test {

struct Toy {
    std::vector<double> scores, weights;
    std::vector<uint8_t> signal;
};

/// `levels` different scores at most, so that ties are common when it is small.
inline Toy toy(int rows, int levels, uint32_t seed, bool negative_weights = false)
{
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    Toy t;
    for (int i = 0; i < rows; ++i) {
        t.signal.push_back(i < 2 ? i : generator() % 2);
        t.scores.push_back(std::round((normal(generator) + t.signal[i]) * levels) / levels);
        const double size = 0.1 + static_cast<double>(generator() % 1000) / 500;
        t.weights.push_back(negative_weights && i >= 2 && generator() % 8 == 0 ? -0.3 * size
                                                                               : size + (i < 2));
    }
    return t;
}

/// Every pair of a signal and a background row, one at a time.
inline double pair_auc(const Toy& t, const std::vector<double>& weights)
{
    double won = 0, all = 0;
    for (size_t i = 0; i < t.scores.size(); ++i)
        for (size_t j = 0; j < t.scores.size(); ++j) {
            if (!t.signal[i] || t.signal[j]) continue;
            const double w = weights[i] * weights[j];
            all += w;
            won += t.scores[i] > t.scores[j] ? w : t.scores[i] == t.scores[j] ? w / 2 : 0;
        }
    return won / all;
}

struct Efficiencies {
    double signal = 0, background = 0;
    int background_rows = 0;
};

/// Shares of signal and background with a score at or above the threshold.
inline Efficiencies efficiencies(const Toy& t, const std::vector<double>& weights, double threshold)
{
    Efficiencies e;
    double signal = 0, background = 0;
    for (size_t i = 0; i < t.scores.size(); ++i) {
        (t.signal[i] ? signal : background) += weights[i];
        if (t.scores[i] < threshold) continue;
        (t.signal[i] ? e.signal : e.background) += weights[i];
        e.background_rows += !t.signal[i];
    }
    e.signal /= signal;
    e.background /= background;
    return e;
}

/// eps_B where the signal efficiency first reaches `wanted`, trying every threshold from above.
inline Efficiencies first_crossing(const Toy& t, const std::vector<double>& weights, double wanted)
{
    Efficiencies before;
    const std::set<double> thresholds(t.scores.begin(), t.scores.end());
    for (auto threshold = thresholds.rbegin(); threshold != thresholds.rend(); ++threshold) {
        const auto here = efficiencies(t, weights, *threshold);
        if (here.signal >= wanted - 1e-13) {
            const double share = (wanted - before.signal) / (here.signal - before.signal);
            return {wanted, before.background + share * (here.background - before.background),
                    here.background_rows};
        }
        before = here;
    }
    return {};
}

}  // namespace jetsmith::test
