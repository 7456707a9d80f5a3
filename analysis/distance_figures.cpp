// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_figures.h"

#include <algorithm>
#include <cmath>

#include "analysis/correlation_dimension.h"
#include "analysis/distance_settings.h"
#include "analysis/report_histogram.h"

namespace jetsmith::analysis {
namespace {

constexpr int kBins = 60, kDimensionBins = 24;
constexpr double kDimensionRange = 100;  // largest through smallest Q
constexpr size_t kMostClassesInPairs = 3;

std::string axis_label(const DistanceFile& distances, const std::string& what)
{
    const auto unit = DistanceSettings::of_text(distances.settings).unit;
    return unit.empty() ? what : what + " [" + unit + "]";
}

/// Which kind a pair of classes is, and how the kinds are called.
struct PairKinds {
    std::vector<std::string> names;
    std::vector<size_t> kind_CC;
};

PairKinds pair_kinds(const std::vector<RowClass>& classes)
{
    const size_t count = classes.size();
    PairKinds kinds{{}, std::vector<size_t>(count * count)};
    for (size_t c = 0; c < count; ++c) {
        kinds.kind_CC[c * count + c] = kinds.names.size();
        kinds.names.push_back(classes[c].name + ", " + classes[c].name);
    }
    for (size_t c = 0; c < count; ++c)
        for (size_t other = c + 1; other < count; ++other) {
            if (count <= kMostClassesInPairs)
                kinds.names.push_back(classes[c].name + ", " + classes[other].name);
            else if (kinds.names.size() == count)
                kinds.names.push_back("different classes");
            kinds.kind_CC[c * count + other] = kinds.kind_CC[other * count + c] =
                kinds.names.size() - 1;
        }
    return kinds;
}

std::vector<Histogram> pair_histograms(const Distances& distances, const RowClasses& classes,
                                       const PairKinds& kinds)
{
    const size_t count = classes.classes.size();
    std::vector<size_t> class_N(distances.rows());
    for (size_t c = 0; c < count; ++c)
        for (const int64_t row : classes.classes[c].rows) class_N[row] = c;
    std::vector<Histogram> histograms(kinds.names.size(),
                                      empty_histogram(kBins, 0, distances.largest()));
    distances.pass([&](int64_t i, int64_t j, std::span<const float> values) {
        for (int64_t t = 0; t < std::ssize(values); ++t)
            histograms[kinds.kind_CC[class_N[i] * count + class_N[j + t]]].fill(values[t]);
    });
    return histograms;
}

/// Shares of the total, without a band: pairs that share an event are not independent.
Curve share_steps(const Histogram& h, const std::string& name, int colour)
{
    Curve curve;
    curve.name = name, curve.colour = colour;
    curve.style = Curve::Style::steps, curve.fill = true;
    curve.x = h.edges;
    for (const double sum : h.sums) curve.y.push_back(sum / h.total());
    return curve;
}

Curve dimension_curve(const Distances& distances, const RowClass& one,
                      const std::vector<double>& edges)
{
    Curve curve;
    curve.name = one.name;
    for (const auto& point : correlation_dimension(distances, one.rows, edges)) {
        const bool known = std::isfinite(point.dimension) && std::isfinite(point.error);
        if (!known && curve.x.empty()) continue;  // no pairs yet
        const double value = known ? point.dimension : std::nan("");
        curve.x.push_back(point.q), curve.y.push_back(value);
        curve.low.push_back(value - point.error), curve.high.push_back(value + point.error);
    }
    return curve;
}

}  // namespace

std::vector<ReportFigure> pair_figures(const DistanceFile& distances, const RowClasses& classes)
{
    if (!(distances.all->largest() > 0)) return {};
    const auto kinds = pair_kinds(classes.classes);
    const auto histograms = pair_histograms(*distances.all, classes, kinds);
    Panel panel{{"share of pairs per bin", false, 0}, {}};
    for (size_t kind = 0; kind < histograms.size(); ++kind)
        if (histograms[kind].total() > 0)
            panel.curves.push_back(
                share_steps(histograms[kind], kinds.names[kind], static_cast<int>(kind)));
    return {{"distances",
             "Distances of all pairs by the classes of their events, each kind normalised to one.",
             {{axis_label(distances, "distance")}, {panel}}}};
}

std::vector<ReportFigure> dimension_figures(const DistanceFile& distances,
                                            const RowClasses& classes)
{
    const double most = distances.all->largest();
    if (!(most > 0)) return {};
    const auto edges = log_edges(most / kDimensionRange, most, kDimensionBins);
    Panel panel{{"correlation dimension dim(Q)", false, 0}, {}};
    for (size_t c = 0; c < classes.classes.size(); ++c) {
        Curve curve = dimension_curve(*distances.all, classes.classes[c], edges);
        curve.colour = static_cast<int>(c);
        if (!curve.x.empty()) panel.curves.push_back(std::move(curve));
    }
    if (panel.curves.empty()) return {};
    return {{"dimension",
             "Correlation dimension, Q d/dQ of the logarithm of the number of pairs below Q; band: "
             "one standard deviation (jackknife over events).",
             {{axis_label(distances, "Q"), true}, {panel}}}};
}

}  // namespace jetsmith::analysis
