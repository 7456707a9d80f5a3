// SPDX-License-Identifier: Apache-2.0
#include "analysis/working_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

/// eps_B that 0 of `rows` stays below with 95 % confidence: (1 - eps)^rows = 0.05.
double zero_count_limit(double rows) { return -std::expm1(std::log(0.05) / rows); }

WorkingPoint limit_point(WorkingPoint point, const GroupSums& total)
{
    const double rows = total.background * total.background / total.background_squares;
    point.lower_limit = true;
    point.rejection_error = std::numeric_limits<double>::quiet_NaN();
    const double highest = point.background_rows == 0
                               ? zero_count_limit(rows)
                               : 1.644853626951473 * point.background_error;
    point.rejection = 1 / highest;
    return point;
}

/// Between the ROC points `before` and `after`, at the signal efficiency of the point.
WorkingPoint interpolate(WorkingPoint point, const GroupSums& before, const GroupSums& after,
                         const GroupSums& total)
{
    const double wanted = point.signal_efficiency * total.signal;
    const double t = std::min(1.0, (wanted - before.signal) / (after.signal - before.signal));
    const auto between = [t](double low, double high) { return low + t * (high - low); };
    const double e = between(before.background, after.background) / total.background;
    const double pass = between(before.background_squares, after.background_squares);
    const double fail = total.background_squares - pass;
    const double variance = (1 - e) * (1 - e) * pass + e * e * fail;
    point.background_efficiency = e;
    point.background_error = std::sqrt(std::max(0.0, variance)) / total.background;
    point.background_rows = after.background_rows;
    if (!(e > 0)) return limit_point(point, total);
    point.rejection = 1 / e;
    point.rejection_error = point.background_error / (e * e);
    return point;
}

}  // namespace

std::vector<WorkingPoint> working_points(const RankedSample& sample,
                                         std::span<const double> signal_efficiencies)
{
    const size_t count = signal_efficiencies.size();
    std::vector<WorkingPoint> points(count);
    std::vector<size_t> waiting(count);  // by rising efficiency
    std::iota(waiting.begin(), waiting.end(), size_t{0});
    std::stable_sort(waiting.begin(), waiting.end(), [&](size_t a, size_t b) {
        return signal_efficiencies[a] < signal_efficiencies[b];
    });
    for (const double efficiency : signal_efficiencies)
        if (!(efficiency > 0 && efficiency <= 1))
            throw UserError("signal efficiency {} is out of range (above 0 and at most 1 wanted). "
                            "Give fractions such as 0.3.",
                            efficiency);
    GroupSums before, after;
    size_t next = 0;
    walk_groups(sample, [&](size_t group, const GroupSums& here) {
        before = after;
        after += here;
        for (; next < count; ++next) {
            const double efficiency = signal_efficiencies[waiting[next]];
            // The last point is 1 up to the rounding of weighted sums.
            if (after.signal < efficiency * sample.total.signal * (1 - 1e-12)) break;
            WorkingPoint& point = points[waiting[next]];
            point.signal_efficiency = efficiency;
            point.threshold = sample.scores[group];
            point = interpolate(point, before, after, sample.total);
        }
    });
    ensure(next == count, "a signal efficiency was never reached");
    return points;
}

std::string rejection_text(const WorkingPoint& point)
{
    const auto rows = point.background_rows;
    if (point.lower_limit)
        return fmt::format("> {:.4g} (95 % CL, {} background rows pass)", point.rejection, rows);
    return fmt::format("{:.4g} +- {:.2g} ({} background rows pass)", point.rejection,
                       point.rejection_error, rows);
}

}  // namespace jetsmith::analysis
