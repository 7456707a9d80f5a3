// SPDX-License-Identifier: Apache-2.0
// Figures drawn from the scores themselves: distributions, and rejection against observers.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/bootstrap.h"
#include "analysis/class_questions.h"
#include "analysis/report_figures.h"
#include "analysis/report_histogram.h"

namespace jetsmith::analysis {
namespace {

constexpr int kScoreBins = 40;
constexpr int64_t kRowsPerBin = 600;  // at 1/eps_B = 50 some six background rows pass
constexpr int64_t kFewestRows = 20;   // of signal and of background in a bin

double text_to_double(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

struct ClassScores {
    std::vector<double> values, weights;
};

/// Rows of a class (or with a label), or with `others` all rows but these.
ClassScores scores_of(const ScoreTable& table, int64_t label, int64_t column, bool others = false)
{
    ClassScores scores;
    for (int64_t row = 0; row < table.rows; ++row) {
        if (table.belongs(row, label) == others) continue;
        scores.values.push_back(table.score(row, column));
        if (!table.weights_N.empty()) scores.weights.push_back(table.weights_N[row]);
    }
    return scores;
}

/// Steps with the outer bins where any class has rows there.
Curve steps(const Histogram& h, bool under, bool over)
{
    const double total = h.total(), width = h.edges[1] - h.edges[0];
    Curve curve;
    curve.style = Curve::Style::steps, curve.fill = true;
    const auto add = [&](double sum, double squares) {
        const double share = sum / total, error = std::sqrt(squares) / std::abs(total);
        curve.y.push_back(share);
        curve.low.push_back(share - error), curve.high.push_back(share + error);
    };
    curve.x = h.edges;
    if (under)
        curve.x.insert(curve.x.begin(), h.edges.front() - width),
            add(h.underflow, h.underflow_squares);
    for (size_t i = 0; i < h.sums.size(); ++i) add(h.sums[i], h.squares[i]);
    if (over) curve.x.push_back(h.edges.back() + width), add(h.overflow, h.overflow_squares);
    return curve;
}

/// Probabilities fill [0, 1]; other scores are shown where all but 1 % of them lie.
std::pair<double, double> score_range(const ScoreTable& table)
{
    auto scores = table.scores_NC;
    std::erase_if(scores, [](double s) { return !std::isfinite(s); });
    if (table.probabilities &&
        std::all_of(scores.begin(), scores.end(), [](double s) { return s >= 0 && s <= 1; }))
        return {0, 1};
    const double low = quantile(scores, 0.005), high = quantile(scores, 0.995);
    return low < high ? std::pair{low, high} : std::pair{low - 0.5, low + 0.5};
}

/// Half of the smallest share in a bin, so that empty bins reach the bottom of a log axis.
double lowest_share(const std::vector<Curve>& curves)
{
    double lowest = 1;
    for (const auto& curve : curves)
        for (const double y : curve.y)
            if (y > 0) lowest = std::min(lowest, y);
    return lowest / 2;
}

/// Scores of a column by true class; of a yes/no label with it and without it.
std::vector<std::pair<std::string, ClassScores>> grouped_scores(const ScoreTable& table,
                                                                int64_t column)
{
    if (table.multi_label) {
        const std::string name = table.class_name(column);
        return {{"without " + name, scores_of(table, column, column, true)},
                {"with " + name, scores_of(table, column, column)}};
    }
    std::vector<std::pair<std::string, ClassScores>> groups;
    for (int64_t c = 0; c < table.label_count(); ++c)
        groups.emplace_back(table.class_name(c), scores_of(table, c, column));
    return groups;
}

ReportFigure score_figure(const ScoreTable& table, int64_t column, const std::string& file,
                          const std::string& label)
{
    const auto [low, high] = score_range(table);
    std::vector<std::pair<std::string, Histogram>> histograms;
    bool under = false, over = false;
    for (const auto& [name, scores] : grouped_scores(table, column)) {
        auto h = histogram(scores.values, scores.weights, kScoreBins, low, high);
        if (!(h.total() > 0)) continue;
        under = under || h.underflow != 0, over = over || h.overflow != 0;
        histograms.emplace_back(name, std::move(h));
    }
    Axis x{label};
    const double half = 0.5 * (high - low) / kScoreBins;
    if (under) x.extra_tics.emplace_back(low - half, "<");
    if (over) x.extra_tics.emplace_back(high + half, ">");
    Panel panel{{"share of rows per bin", true}, {}, "top center"};
    for (const auto& [name, h] : histograms) {
        panel.curves.push_back(steps(h, under, over));
        panel.curves.back().name = name;
        panel.curves.back().colour = static_cast<int>(panel.curves.size()) - 1;
    }
    panel.y.low = lowest_share(panel.curves);
    return {file,
            "Scores by true class, each normalised to one; band: statistical error. Rows outside "
            "the range are in the outermost bins (< and >).",
            {x, {panel}}};
}

std::vector<double> efficiencies(const ReportRun& run)
{
    std::vector<double> found;
    if (run.metrics.is_object() && run.metrics.contains("taggers") &&
        !run.metrics["taggers"].empty())
        for (const auto& [name, ignored] : run.metrics.at("taggers").at(0).at("metrics").items())
            if (const auto at = name.find('@');
                name.starts_with("rejection") && at != std::string::npos)
                if (const double eff = text_to_double(name.substr(at + 1));
                    eff > 0 && eff <= 1 &&
                    std::find(found.begin(), found.end(), eff) == found.end())
                    found.push_back(eff);
    return found.empty() ? std::vector<double>{0.3, 0.5} : found;
}

/// Bins that hold equally many rows each, over all but 1 % of the values.
std::vector<double> bin_edges(const std::vector<double>& values)
{
    const auto bins = std::clamp<int64_t>(static_cast<int64_t>(values.size()) / kRowsPerBin, 3, 10);
    std::vector<double> edges;
    for (int64_t i = 0; i <= bins; ++i) {
        const double edge =
            quantile(values, 0.005 + 0.99 * static_cast<double>(i) / static_cast<double>(bins));
        if (std::isfinite(edge) && (edges.empty() || edge > edges.back())) edges.push_back(edge);
    }
    return edges;
}

/// The rows of a sample whose observer lies in [low, high).
BinarySample rows_between(const BinarySample& sample, const std::vector<double>& observer,
                          double low, double high)
{
    BinarySample part;
    for (size_t i = 0; i < sample.scores.size(); ++i) {
        const double value = observer[sample.rows.empty() ? i : sample.rows[i]];
        if (!(value >= low && value < high)) continue;
        part.scores.push_back(sample.scores[i]);
        part.signal.push_back(sample.signal[i]);
        if (!sample.weights.empty()) part.weights.push_back(sample.weights[i]);
    }
    return part;
}

bool enough(const BinarySample& sample)
{
    const auto signal = std::count(sample.signal.begin(), sample.signal.end(), 1);
    return signal >= kFewestRows &&
           static_cast<int64_t>(sample.signal.size()) - signal >= kFewestRows;
}

/// One point per bin, at this place in it (0: left, 1: right).
Curve rejection_points(const BinarySample& sample, const std::vector<double>& observer,
                       double efficiency, double place)
{
    Curve curve;
    curve.style = Curve::Style::points;
    const auto edges = bin_edges(observer);
    for (size_t bin = 0; bin + 1 < edges.size(); ++bin) {
        const auto part = rows_between(sample, observer, edges[bin], edges[bin + 1]);
        if (!enough(part)) continue;
        const auto ranked = rank_sample(part.scores, part.signal, part.weights);
        const WorkingPoint point = working_points(ranked, std::span(&efficiency, 1)).front();
        const double b = point.background_efficiency, error = point.background_error;
        if (!(point.rejection > 0) || !std::isfinite(point.rejection)) continue;
        curve.x.push_back(std::lerp(edges[bin], edges[bin + 1], place));
        curve.x_low.push_back(edges[bin]);
        curve.x_high.push_back(edges[bin + 1]);
        curve.y.push_back(point.rejection);
        // A limit is an arrow without a head: a bar that only goes up.
        const bool limit = point.lower_limit;
        curve.low.push_back(limit ? point.rejection : 1 / (b + error));
        curve.high.push_back(limit || b <= error ? 2 * point.rejection : 1 / (b - error));
    }
    return curve;
}

/// What is needed to ask a run for rejections; nothing without labels.
std::vector<Question> questions_of(const ReportRun& run)
{
    if (!run.predictions || !run.predictions->table.labelled()) return {};
    EvaluateOptions options;
    if (run.metrics.is_object() && run.metrics.contains("signal") &&
        run.metrics["signal"].is_string())
        options.signal = run.metrics["signal"].get<std::string>();
    return rest_questions(run.predictions->table, options);
}

std::string observer_label(const std::string& name)
{
    if (name == "pt" || name == "jet_pt") return "jet p_T [GeV]";
    if (name == "mass" || name == "jet_mass") return "jet mass [GeV]";
    std::string label;
    for (const char c : name) label += c == '_' || c == '^' || c == '{' || c == '}' ? ' ' : c;
    return label;
}

void add_run(Panel& panel, const ReportRun& run, const std::string& observer, int index,
             bool several)
{
    if (!run.predictions || !run.predictions->table.observers.contains(observer)) return;
    const ScoreTable& table = run.predictions->table;
    const auto questions = questions_of(run);
    auto wanted = efficiencies(run);
    if (several || questions.size() > 1) wanted = {wanted.back()};
    for (const auto& question : questions) {
        const BinarySample sample = ask(table, question);
        for (size_t e = 0; e < wanted.size(); ++e) {
            // Next to each other in the bin, so that error bars of several curves can be told
            // apart.
            const double place = 0.38 + 0.12 * static_cast<double>(panel.curves.size() % 5);
            Curve curve = rejection_points(sample, table.observers.at(observer), wanted[e], place);
            if (curve.x.empty()) continue;
            curve.name = fmt::format("{}εₛ = {:g}",
                                     several                   ? run.name + question.suffix + ", "
                                     : question.suffix.empty() ? ""
                                                               : question.suffix + " ",
                                     wanted[e]);
            curve.colour = several ? index : static_cast<int>(panel.curves.size());
            panel.curves.push_back(std::move(curve));
        }
    }
}

}  // namespace

std::vector<ReportFigure> score_figures(const ReportRun& run)
{
    std::vector<ReportFigure> figures;
    if (!run.predictions || !run.predictions->table.labelled()) return figures;
    const ScoreTable& table = run.predictions->table;
    if (!table.binary()) {
        for (int64_t c = 0; c < table.classes; ++c)
            figures.push_back(score_figure(table, c, "scores_" + file_stem(table.class_name(c)),
                                           "score of " + observer_label(table.class_name(c))));
        return figures;
    }
    const auto questions = questions_of(run);
    const int64_t signal = questions.empty() ? 1 : questions.front().signal;
    figures.push_back(score_figure(table, table.classes == 2 ? signal : 0, "scores",
                                   "score of " + observer_label(table.class_name(signal))));
    return figures;
}

std::vector<ReportFigure> rejection_figures(std::span<const ReportRun> runs)
{
    std::vector<std::string> observers;
    for (const auto& run : runs)
        if (run.predictions)
            for (const auto& [name, ignored] : run.predictions->table.observers)
                if (std::find(observers.begin(), observers.end(), name) == observers.end())
                    observers.push_back(name);
    std::vector<ReportFigure> figures;
    for (const auto& observer : observers) {
        Panel panel{{"background rejection 1/ε_B", true}, {}};
        for (size_t r = 0; r < runs.size(); ++r)
            add_run(panel, runs[r], observer, static_cast<int>(r), runs.size() > 1);
        if (panel.curves.empty()) continue;
        double highest = 1;  // bars of one or two background rows reach far beyond the points
        for (const auto& curve : panel.curves)
            highest = std::max(highest, *std::max_element(curve.y.begin(), curve.y.end()));
        panel.y.high = 8 * highest;
        figures.push_back(
            {"rejection_" + file_stem(observer),
             "Rejection in bins of equally many rows; each bin has the threshold that "
             "keeps the signal efficiency in it. A bar that only goes up starts at a "
             "95 % lower limit.",
             {{observer_label(observer)}, {panel}}});
    }
    return figures;
}

}  // namespace jetsmith::analysis
