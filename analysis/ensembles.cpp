// SPDX-License-Identifier: Apache-2.0
#include "analysis/ensembles.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/mann_whitney.h"
#include "analysis/working_point.h"
#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith::analysis {
namespace {

constexpr double kMostSubsets = 10'000;

double standard_deviation(std::span<const double> values)
{
    if (values.size() < 2) return std::numeric_limits<double>::quiet_NaN();
    const double count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double v : values) squares += (v - mean) * (v - mean);
    return std::sqrt(squares / count);
}

void check_size(size_t runs, int size)
{
    if (size < 2 || size > static_cast<int>(runs))
        throw UserError("ensembles of {} runs cannot be formed (there are {} runs; between 2 and "
                        "that number wanted). Choose another size.",
                        size, runs);
    double count = 1;
    for (int i = 1; i <= size; ++i) count *= static_cast<double>(runs - size + i) / i;
    if (count > kMostSubsets)
        throw UserError("{:.0f} subsets of {} of {} runs are too many (at most {:.0f} wanted). "
                        "Choose a size nearer to 2 or to the number of runs.",
                        count, size, runs, kMostSubsets);
}

}  // namespace

double median(std::vector<double> values)
{
    ensure(!values.empty(), "the median of no values");
    const auto middle = values.begin() + static_cast<int64_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2) return *middle;
    return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

/// Below, the median deviation says too little of what is far.
constexpr size_t kFewestToCut = 5;

Spread robust_spread(std::span<const double> values, double cut)
{
    std::vector<double> finite;
    std::copy_if(values.begin(), values.end(), std::back_inserter(finite),
                 [](double v) { return std::isfinite(v); });
    if (finite.empty())
        throw UserError("no finite value among {} (one or more wanted). Look at the single runs.",
                        values.size());
    const double centre = median(finite);
    std::vector<double> deviations(finite.size());
    std::transform(finite.begin(), finite.end(), deviations.begin(),
                   [centre](double v) { return std::abs(v - centre); });
    const double sigma = 1.4826 * median(deviations);
    std::vector<double> kept;
    for (const double v : finite)
        if (sigma == 0 || finite.size() < kFewestToCut || !(std::abs(v - centre) > cut * sigma)) kept.push_back(v);
    return {median(kept), standard_deviation(kept), static_cast<int64_t>(kept.size()),
            static_cast<int64_t>(values.size() - kept.size())};
}

Spread spread_with_limits(std::span<const double> values, const std::vector<bool>& is_limit,
                          double cut)
{
    if (std::find(is_limit.begin(), is_limit.end(), true) == is_limit.end())
        return robust_spread(values, cut);
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    const double upper_middle = sorted[sorted.size() / 2];
    Spread spread{median(sorted), std::numeric_limits<double>::quiet_NaN(), std::ssize(values), 0};
    for (size_t i = 0; i < values.size(); ++i)
        spread.lower_limit = spread.lower_limit || (is_limit[i] && values[i] <= upper_middle);
    return spread;
}

std::vector<std::vector<int>> subsets(int count, int size)
{
    std::vector<std::vector<int>> all;
    if (size < 0 || size > count) return all;
    std::vector<int> current(size);
    std::iota(current.begin(), current.end(), 0);
    while (true) {
        all.push_back(current);
        int place = size - 1;
        while (place >= 0 && current[place] == count - size + place) --place;
        if (place < 0) return all;
        ++current[place];
        for (int i = place + 1; i < size; ++i) current[i] = current[i - 1] + 1;
    }
}

std::vector<double> combine_scores(std::span<const std::span<const double>> runs, Combine how)
{
    const size_t count = runs.size(), rows = runs.front().size();
    std::vector<double> combined(rows);
    if (how == Combine::mean) {
        for (const auto& run : runs)
            for (size_t i = 0; i < rows; ++i) combined[i] += run[i];
        for (double& score : combined) score /= static_cast<double>(count);
        return combined;
    }
    std::vector<double> row(count);
    for (size_t i = 0; i < rows; ++i) {
        for (size_t run = 0; run < count; ++run) row[run] = runs[run][i];
        std::sort(row.begin(), row.end());
        combined[i] = 0.5 * (row[(count - 1) / 2] + row[count / 2]);
    }
    return combined;
}

EnsembleResult evaluate_ensembles(std::span<const std::span<const double>> runs,
                                  std::span<const uint8_t> signal, std::span<const double> weights,
                                  Combine how, int size, std::span<const double> efficiencies)
{
    check_size(runs.size(), size);
    const auto members = subsets(static_cast<int>(runs.size()), size);
    const size_t count = members.size();
    std::vector<double> aucs(count);
    std::vector<std::vector<double>> rejections(efficiencies.size(), std::vector<double>(count));
    std::vector<std::vector<char>> limits(efficiencies.size(), std::vector<char>(count));
    parallel_for(static_cast<int64_t>(count), 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) {
            std::vector<std::span<const double>> chosen;
            for (const int run : members[i]) chosen.push_back(runs[run]);
            const auto sample = rank_sample(combine_scores(chosen, how), signal, weights);
            aucs[i] = mann_whitney_auc(sample).value;
            const auto points = working_points(sample, efficiencies);
            for (size_t e = 0; e < points.size(); ++e) {
                rejections[e][i] = points[e].rejection;
                limits[e][i] = points[e].lower_limit;
            }
        }
    });
    constexpr double keep_all = std::numeric_limits<double>::infinity();
    EnsembleResult result{how, size, static_cast<int64_t>(count), robust_spread(aucs, keep_all), {}};
    for (size_t e = 0; e < rejections.size(); ++e)
        result.rejections.push_back(spread_with_limits(
            rejections[e], {limits[e].begin(), limits[e].end()}, keep_all));
    return result;
}

int default_ensemble_size(int runs) { return std::max(2, (2 * runs + 1) / 3); }

}  // namespace jetsmith::analysis
