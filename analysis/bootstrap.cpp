// SPDX-License-Identifier: Apache-2.0
#include "analysis/bootstrap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "analysis/mann_whitney.h"
#include "analysis/working_point.h"
#include "core/parallel.h"
#include "core/random.h"

namespace jetsmith::analysis {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kLargest = 12;  // P(Poisson(1) > 12) < 2^-32: never drawn from 32 bits
constexpr uint8_t kMixed = 255;

/// Inversion of the Poisson(1) distribution on 32 random bits. The upper 16 bits decide but for
/// the few buckets in which a step lies.
struct PoissonTable {
    std::array<uint64_t, kLargest> steps{};  // value is the number of steps at or below the bits
    std::array<uint8_t, 65536> first{};

    PoissonTable()
    {
        double probability = std::exp(-1.0), below = 0;
        for (int k = 0; k < kLargest; ++k) {
            below += probability;
            probability /= k + 1;
            steps[k] = static_cast<uint64_t>(std::llround(below * 0x1.0p32));
        }
        for (uint32_t bucket = 0; bucket < first.size(); ++bucket) {
            const uint8_t low = count(bucket << 16), high = count(bucket << 16 | 0xFFFFU);
            first[bucket] = low == high ? low : kMixed;
        }
    }

    uint8_t count(uint32_t bits) const
    {
        return static_cast<uint8_t>(std::upper_bound(steps.begin(), steps.end(), bits) -
                                    steps.begin());
    }

    uint8_t draw(uint32_t bits) const
    {
        const uint8_t value = first[bits >> 16];
        return value == kMixed ? count(bits) : value;
    }
};

/// Everything about one tagger that the replicas share.
struct Prepared {
    RankedSample sample;
    std::vector<uint32_t> table_rows;  // row in the table, in ranking order
    std::vector<double> rising;        // efficiencies
    std::vector<size_t> place;         // of each rising efficiency in the caller's list
};

Prepared prepare(const BinarySample& sample, std::span<const double> efficiencies)
{
    Prepared p;
    p.sample = rank_sample(sample.scores, sample.signal, sample.weights);
    for (const uint32_t position : p.sample.ranking.order)
        p.table_rows.push_back(
            sample.rows.empty() ? position : static_cast<uint32_t>(sample.rows[position]));
    for (size_t i = 0; i < efficiencies.size(); ++i) p.place.push_back(i);
    std::sort(p.place.begin(), p.place.end(),
              [&](size_t a, size_t b) { return efficiencies[a] < efficiencies[b]; });
    for (const size_t i : p.place) p.rising.push_back(efficiencies[i]);
    return p;
}

/// AUC and eps_B of one replica; `weights` are those of the rows in ranking order.
template <typename Weights>
void measure_replica(const Prepared& p, const Weights& weights, int64_t replica, Replicas& result)
{
    double signal = 0, all = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
        all += weights[i];
        signal += weights[i] * p.sample.signal[i];
    }
    std::vector<double> found(p.rising.size(), kNan);
    const auto weight = [&](uint32_t position) { return weights[position]; };
    const bool defined = signal > 0 && all - signal > 0;
    if (defined)
        background_efficiencies(p.sample, weight, signal, all - signal, p.rising, found);
    for (size_t e = 0; e < found.size(); ++e)
        result.background_efficiency[p.place[e]][replica] = found[e];
    result.auc[replica] = defined ? mann_whitney_value(p.sample, weight) : kNan;
}

double replica_accuracy(std::span<const double> right, std::span<const uint8_t> counts,
                        const BinarySample& sample)
{
    double good = 0, all = 0;
    for (size_t row = 0; row < right.size(); ++row) {
        const double w = sample.weights.empty() ? counts[row] : counts[row] * sample.weights[row];
        all += w;
        good += w * right[row];
    }
    return all > 0 ? good / all : kNan;
}

}  // namespace

std::vector<uint8_t> poisson_weights(int64_t count, uint64_t seed, uint32_t replica)
{
    static const PoissonTable table;
    std::vector<uint8_t> weights(count);
    RandomKey key{seed, Purpose::bootstrap, replica, 0};
    for (int64_t first = 0; first < count; first += 4) {  // four rows share a Philox block
        key.row = static_cast<uint64_t>(first / 4);
        const auto words = philox(key, 0);
        for (int64_t i = first; i < std::min(first + 4, count); ++i)
            weights[i] = table.draw(words[i - first]);
    }
    return weights;
}

Replicas bootstrap(const BinarySample& sample, int64_t rows, std::span<const double> right,
                   std::span<const double> efficiencies, int64_t replicas, uint64_t seed)
{
    const Prepared p = prepare(sample, efficiencies);
    const size_t count = static_cast<size_t>(replicas);
    Replicas result;
    result.auc.resize(count);
    result.accuracy.resize(right.empty() ? 0 : count);
    result.background_efficiency.assign(efficiencies.size(), std::vector<double>(count));
    parallel_for(replicas, 1, [&](int64_t begin, int64_t end) {
        std::vector<uint8_t> ranked(p.table_rows.size());
        std::vector<double> weighted(p.sample.weights.size());
        for (int64_t replica = begin; replica < end; ++replica) {
            const auto counts = poisson_weights(rows, seed, static_cast<uint32_t>(replica));
            for (size_t i = 0; i < ranked.size(); ++i) ranked[i] = counts[p.table_rows[i]];
            for (size_t i = 0; i < weighted.size(); ++i)
                weighted[i] = ranked[i] * p.sample.weights[i];
            if (weighted.empty())
                measure_replica(p, ranked, replica, result);
            else
                measure_replica(p, weighted, replica, result);
            if (!right.empty()) result.accuracy[replica] = replica_accuracy(right, counts, sample);
        }
    });
    return result;
}

double quantile(std::vector<double> values, double q)
{
    std::erase_if(values, [](double v) { return std::isnan(v); });
    if (values.empty()) return kNan;
    std::sort(values.begin(), values.end());
    const double place = q * static_cast<double>(values.size() - 1);
    const auto low = static_cast<size_t>(place);
    const size_t high = std::min(low + 1, values.size() - 1);
    const double t = place - static_cast<double>(low);
    if (t == 0 || values[low] == values[high]) return values[low];  // also for infinities
    return values[low] + t * (values[high] - values[low]);
}

double central_half_width(std::vector<double> values)
{
    constexpr double tail = 0.158655253931457;  // of a normal distribution beyond one sigma
    const double high = quantile(values, 1 - tail);
    return 0.5 * (high - quantile(std::move(values), tail));
}

std::vector<double> inverse(std::span<const double> values)
{
    std::vector<double> inverted(values.size());
    std::transform(values.begin(), values.end(), inverted.begin(), [](double x) { return 1 / x; });
    return inverted;
}

Difference paired_difference(double value, std::span<const double> first,
                             std::span<const double> second)
{
    std::vector<double> differences(first.size());
    std::transform(first.begin(), first.end(), second.begin(), differences.begin(),
                   std::minus<>());
    return {value, central_half_width(std::move(differences))};
}

}  // namespace jetsmith::analysis
