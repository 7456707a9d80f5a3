// SPDX-License-Identifier: Apache-2.0
#include "analysis/ranked_sample.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

constexpr int kDigit = 11;  // bits per pass: the histogram of one digit stays in the L1 cache
constexpr size_t kBuckets = size_t{1} << kDigit;

// Unsigned integers that rise as the floating-point number falls.
uint32_t falling_key(float value)
{
    const auto bits = std::bit_cast<uint32_t>(value);
    return bits >> 31 ? bits : ~bits & 0x7FFFFFFFU;
}

uint64_t falling_key(double value)
{
    const auto bits = std::bit_cast<uint64_t>(value);
    return bits >> 63 ? bits : ~bits & 0x7FFFFFFFFFFFFFFFULL;
}

template <typename Key>
struct Item {
    Key key;
    uint32_t position;
};

/// Least-significant-digit radix sort; passes in which all keys agree are skipped.
template <typename Key>
void radix_sort(std::vector<Item<Key>>& items)
{
    constexpr int passes = (8 * sizeof(Key) + kDigit - 1) / kDigit;
    std::vector<std::array<uint32_t, kBuckets>> counts(passes);
    for (auto& histogram : counts) histogram.fill(0);
    for (const auto& item : items)
        for (int pass = 0; pass < passes; ++pass)
            ++counts[pass][(item.key >> (pass * kDigit)) % kBuckets];
    std::vector<Item<Key>> sorted(items.size());
    for (int pass = 0; pass < passes; ++pass) {
        auto& histogram = counts[pass];
        const int shift = pass * kDigit;
        if (histogram[(items.front().key >> shift) % kBuckets] == items.size()) continue;
        uint32_t start = 0;
        for (auto& count : histogram) start += std::exchange(count, start);
        for (const auto& item : items) sorted[histogram[(item.key >> shift) % kBuckets]++] = item;
        items.swap(sorted);
    }
}

template <typename Float>
Ranking rank_as(std::span<const double> scores)
{
    using Key = decltype(falling_key(Float{}));
    std::vector<Item<Key>> items(scores.size());
    for (size_t i = 0; i < scores.size(); ++i)  // + 0.0 turns -0.0 into 0.0
        items[i] = {falling_key(static_cast<Float>(scores[i] + 0.0)), static_cast<uint32_t>(i)};
    radix_sort(items);
    Ranking ranking;
    ranking.order.resize(items.size());
    for (size_t i = 0; i < items.size(); ++i) {
        ranking.order[i] = items[i].position;
        if (i + 1 == items.size() || items[i].key != items[i + 1].key)
            ranking.ends.push_back(static_cast<uint32_t>(i + 1));
    }
    return ranking;
}

void check_totals(const GroupSums& total)
{
    if (total.signal_rows == 0 || total.background_rows == 0)
        throw UserError("there is no {} row ({} rows in all; both signal and background wanted). "
                        "Choose other rows or another signal class.",
                        total.signal_rows == 0 ? "signal" : "background",
                        total.signal_rows + total.background_rows);
    if (!(total.signal > 0) || !(total.background > 0))
        throw UserError("the weights of the {} add up to {} (above 0 wanted: efficiencies are "
                        "fractions of this sum). Check the sign of the weights.",
                        total.signal > 0 ? "background" : "signal",
                        total.signal > 0 ? total.background : total.signal);
}

}  // namespace

GroupSums& GroupSums::operator+=(const GroupSums& other)
{
    signal += other.signal;
    background += other.background;
    signal_squares += other.signal_squares;
    background_squares += other.background_squares;
    signal_rows += other.signal_rows;
    background_rows += other.background_rows;
    return *this;
}

Ranking rank(std::span<const double> scores)
{
    if (scores.empty()) return {};
    ensure(scores.size() < std::numeric_limits<uint32_t>::max(), "too many scores to rank");
    const bool single = std::all_of(scores.begin(), scores.end(), [](double score) {
        return static_cast<double>(static_cast<float>(score)) == score;
    });
    return single ? rank_as<float>(scores) : rank_as<double>(scores);
}

RankedSample rank_sample(std::span<const double> scores, std::span<const uint8_t> signal,
                         std::span<const double> weights)
{
    ensure(signal.size() == scores.size(), "one signal flag per score is needed");
    ensure(weights.empty() || weights.size() == scores.size(), "one weight per score is needed");
    RankedSample sample;
    sample.ranking = rank(scores);
    sample.signal.resize(scores.size());
    sample.weights.resize(weights.size());
    for (size_t i = 0; i < scores.size(); ++i) {
        sample.signal[i] = signal[sample.ranking.order[i]];
        if (!weights.empty()) sample.weights[i] = weights[sample.ranking.order[i]];
    }
    for (const uint32_t end : sample.ranking.ends)
        sample.scores.push_back(scores[sample.ranking.order[end - 1]]);
    walk_groups(sample, [&](size_t, const GroupSums& sums) { sample.total += sums; });
    check_totals(sample.total);
    return sample;
}

}  // namespace jetsmith::analysis
