// SPDX-License-Identifier: Apache-2.0
#include "analysis/correlation_dimension.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Pairs below each edge, of all events and of each of them.
struct PairCounts {
    std::vector<int64_t> all_E;
    std::vector<int64_t> of_event_NE;
};

PairCounts count_pairs(const Distances& distances, std::span<const int64_t> of_rows,
                       std::span<const double> edges)
{
    const int64_t rows = std::ssize(of_rows), count = std::ssize(edges);
    PairCounts counts{std::vector<int64_t>(count), std::vector<int64_t>(rows * count)};
    std::vector<int64_t> place_N(distances.rows(), -1);
    for (int64_t i = 0; i < rows; ++i) place_N[of_rows[i]] = i;
    distances.pass([&](int64_t row, int64_t first_other, std::span<const float> values) {
        const int64_t i = place_N[row];
        if (i < 0) return;
        for (int64_t t = 0; t < std::ssize(values); ++t) {
            const int64_t j = place_N[first_other + t];
            if (j < 0) continue;
            const double distance = values[t];
            const auto first = std::ranges::upper_bound(edges, distance) - edges.begin();
            if (first == count) continue;
            ++counts.all_E[first];
            ++counts.of_event_NE[i * count + first];
            ++counts.of_event_NE[j * count + first];
        }
    });
    // So far pairs between neighbouring edges: add up.
    for (int64_t edge = 1; edge < count; ++edge) {
        counts.all_E[edge] += counts.all_E[edge - 1];
        for (int64_t i = 0; i < rows; ++i)
            counts.of_event_NE[i * count + edge] += counts.of_event_NE[i * count + edge - 1];
    }
    return counts;
}

/// Of ln(pairs below high / pairs below low), from a delete-one jackknife.
double log_ratio_error(const PairCounts& counts, int64_t rows, size_t edge)
{
    const size_t edges = counts.all_E.size();
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < rows; ++i) {
        const auto* own = counts.of_event_NE.data() + i * edges + edge;
        const auto low = static_cast<double>(counts.all_E[edge] - own[0]);
        const auto high = static_cast<double>(counts.all_E[edge + 1] - own[1]);
        if (low == 0) return kNan;
        const double value = std::log(high / low);
        sum += value, squares += value * value;
    }
    const auto n = static_cast<double>(rows);
    const double variance = (n - 1) * (squares / n - sum * sum / (n * n));
    // Each pair is left out with either of its events: what independent pairs would give is in
    // twice.
    const double of_pairs = 1 / static_cast<double>(counts.all_E[edge]) -
                            1 / static_cast<double>(counts.all_E[edge + 1]);
    return std::sqrt(std::max(variance - of_pairs, of_pairs));
}

}  // namespace

std::vector<DimensionPoint> correlation_dimension(const Distances& distances,
                                                  std::span<const double> edges)
{
    std::vector<int64_t> all(distances.rows());
    std::iota(all.begin(), all.end(), 0);
    return correlation_dimension(distances, all, edges);
}

std::vector<DimensionPoint> correlation_dimension(const Distances& distances,
                                                  std::span<const int64_t> rows,
                                                  std::span<const double> edges)
{
    ensure(!edges.empty() && edges.front() > 0 &&
               std::ranges::adjacent_find(edges, std::greater_equal{}) == edges.end(),
           "a correlation dimension wants rising edges above 0");
    const auto counts = count_pairs(distances, rows, edges);
    std::vector<DimensionPoint> points;
    for (size_t edge = 0; edge + 1 < edges.size(); ++edge) {
        DimensionPoint point{edges[edge],
                             edges[edge + 1],
                             std::sqrt(edges[edge] * edges[edge + 1]),
                             counts.all_E[edge + 1],
                             kNan,
                             kNan};
        const auto below = static_cast<double>(counts.all_E[edge]);
        const double width = std::log(point.high / point.low);
        if (below > 0) {
            point.dimension = std::log(static_cast<double>(point.pairs) / below) / width;
            point.error = log_ratio_error(counts, std::ssize(rows), edge) / width;
        }
        points.push_back(point);
    }
    return points;
}

std::vector<double> log_edges(double low, double high, int bins)
{
    ensure(bins > 0 && low > 0 && low < high, "logarithmic edges want bins and a range above 0");
    std::vector<double> edges;
    for (int i = 0; i <= bins; ++i) edges.push_back(low * std::pow(high / low, double(i) / bins));
    return edges;
}

}  // namespace jetsmith::analysis
