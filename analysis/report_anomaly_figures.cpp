// SPDX-License-Identifier: Apache-2.0
// Figures of a search for anomalies: the latent plane, and what a cut on the score makes of the
// background's mass spectrum.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/bootstrap.h"
#include "analysis/report_figures.h"
#include "analysis/report_histogram.h"

namespace jetsmith::analysis {
namespace {

constexpr int64_t kDots = 600;  // of each class: more would hide each other
constexpr int kMassBins = 30;
constexpr double kKept[] = {1, 0.5, 0.1, 0.01};  // shares of the background

bool anomaly(const ReportRun& run)
{
    return run.predictions && run.predictions->table.classes == 1 &&
           !run.predictions->table.probabilities && !run.predictions->table.labels_N.empty();
}

/// Limits of an axis that show all but 1 % of the values, with a little air.
void show_most(Axis& axis, const std::vector<double>& values)
{
    const double low = quantile(values, 0.005), high = quantile(values, 0.995);
    if (!(low < high)) return;
    axis.low = low - 0.05 * (high - low), axis.high = high + 0.05 * (high - low);
}

struct Background {
    std::vector<double> scores, masses, weights;
};

/// Rows that are not of the signal class, label 1, and have a mass.
Background background_of(const ScoreTable& table, const std::vector<double>& masses)
{
    Background rows;
    for (int64_t i = 0; i < table.rows; ++i) {
        if (table.labels_N[i] == 1 || !std::isfinite(masses[i])) continue;
        rows.scores.push_back(table.score(i, 0));
        rows.masses.push_back(masses[i]);
        rows.weights.push_back(table.weights_N.empty() ? 1 : table.weights_N[i]);
    }
    return rows;
}

/// The rows with the highest scores that together hold this share of the weight.
Background highest(const Background& all, double share)
{
    std::vector<size_t> order(all.scores.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return all.scores[a] > all.scores[b]; });
    const double wanted =
        share * std::accumulate(all.weights.begin(), all.weights.end(), 0.0) * (1 - 1e-12);
    Background kept;
    double sum = 0;
    for (const size_t i : order) {
        if (sum >= wanted) break;
        sum += all.weights[i];
        kept.scores.push_back(all.scores[i]);
        kept.masses.push_back(all.masses[i]);
        kept.weights.push_back(all.weights[i]);
    }
    return kept;
}

Curve spectrum(const Histogram& h, std::string name, int colour)
{
    Curve curve;
    curve.name = std::move(name), curve.colour = colour, curve.style = Curve::Style::steps;
    curve.x = h.edges;
    for (size_t i = 0; i < h.sums.size(); ++i) {
        const double share = h.sums[i] / h.total(), error = std::sqrt(h.squares[i]) / h.total();
        curve.y.push_back(share);
        curve.low.push_back(share - error), curve.high.push_back(share + error);
    }
    return curve;
}

const std::vector<double>* masses_of(const ScoreTable& table)
{
    for (const char* name : {"mass", "jet_mass"})
        if (const auto found = table.observers.find(name); found != table.observers.end())
            return &found->second;
    return nullptr;
}

}  // namespace

std::vector<ReportFigure> latent_figures(const ReportRun& run)
{
    if (!anomaly(run) || run.predictions->latents < 2) return {};
    const auto& predictions = *run.predictions;
    const ScoreTable& table = predictions.table;
    Axis x{"first latent dimension"};
    Panel panel{{"second latent dimension"}, {}};
    std::vector<double> all_x, all_y;
    for (int64_t label = 0; label < table.label_count(); ++label) {
        const auto rows = std::count(table.labels_N.begin(), table.labels_N.end(), label);
        const int64_t stride = std::max<int64_t>(1, rows / kDots);
        Curve curve;
        curve.name = table.class_name(label), curve.colour = static_cast<int>(label);
        curve.style = Curve::Style::cloud;
        int64_t seen = 0;
        for (int64_t row = 0; row < table.rows; ++row) {
            if (table.labels_N[row] != label || seen++ % stride != 0) continue;
            curve.x.push_back(predictions.latent_NL[row * predictions.latents]);
            curve.y.push_back(predictions.latent_NL[row * predictions.latents + 1]);
        }
        all_x.insert(all_x.end(), curve.x.begin(), curve.x.end());
        all_y.insert(all_y.end(), curve.y.begin(), curve.y.end());
        if (!curve.x.empty()) panel.curves.push_back(std::move(curve));
    }
    show_most(x, all_x), show_most(panel.y, all_y);
    return {{"latent",
             "Where rows of each class lie in the first two latent dimensions: every so many rows "
             "of the file, all but the outermost 1 %.",
             {x, {panel}}}};
}

std::vector<ReportFigure> sculpting_figures(const ReportRun& run)
{
    const auto* masses = anomaly(run) ? masses_of(run.predictions->table) : nullptr;
    if (!masses) return {};
    const Background all = background_of(run.predictions->table, *masses);
    const double low = quantile(all.masses, 0.002), high = quantile(all.masses, 0.998);
    if (!(low < high)) return {};
    Panel panel{{"share of background rows per bin", false, 0}, {}};
    std::string numbers;
    Histogram uncut;
    for (const double share : kKept) {
        const Background kept = highest(all, share);
        const Histogram h = histogram(kept.masses, kept.weights, kMassBins, low, high);
        if (!(h.total() > 0)) return {};
        if (share == 1) uncut = h;
        const std::string name = share == 1 ? "all" : fmt::format("ε_B = {:g} %", 100 * share);
        panel.curves.push_back(spectrum(h, name, static_cast<int>(panel.curves.size())));
        panel.curves.back().fill = share == 1;
        if (share < 1)
            numbers += fmt::format("{}{:.3g} at {:g} % ({} rows)", numbers.empty() ? "" : ", ",
                                   1 / jensen_shannon(uncut, h), 100 * share, kept.masses.size());
    }
    return {{"mass_sculpting",
             "Jet mass of the background whose score is highest, each normalised to one; band: "
             "statistical error. 1/JSD to the uncut spectrum, in bits and these bins: " +
                 numbers + ". Few rows alone lower it.",
             {{"jet mass [GeV]"}, {panel}}}};
}

}  // namespace jetsmith::analysis
