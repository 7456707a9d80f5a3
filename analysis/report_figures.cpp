// SPDX-License-Identifier: Apache-2.0
// ROC curves and training history. What needs the scores is in report_score_figures.cpp.
#include "analysis/report_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace jetsmith::analysis {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr size_t kFewEpochs = 40;  // up to here each epoch gets a dot

/// "[top]" of the curve "cnn[top]"; empty for the one curve of two classes.
std::string question_of(const std::string& curve_name)
{
    const auto open = curve_name.rfind('[');
    return open == std::string::npos || curve_name.back() != ']' ? "" : curve_name.substr(open);
}

/// The curve of a run that answers a question. With a single curve the name does not matter:
/// a tagger may carry brackets in its own name.
const RocCurve* find_curve(const ReportRun& run, const std::string& question, bool only)
{
    for (const auto& curve : run.curves)
        if (only || question_of(curve.name) == question) return &curve;
    return nullptr;
}

/// The line ends where no background row passes; the band is eps_B +- one sigma, turned around.
Curve rejection_line(const RocCurve& curve, const std::string& name, int colour)
{
    Curve line;
    line.name = name, line.colour = colour;
    for (const auto& p : curve.points) {
        const double b = p.background_efficiency, error = p.background_error;
        line.x.push_back(p.signal_efficiency);
        line.y.push_back(p.lower_limit || !(b > 0) ? kNaN : 1 / b);
        line.low.push_back(1 / (b + error));
        line.high.push_back(b > error ? 1 / (b - error) : 1e30);
    }
    return line;
}

/// This line divided by the first at the same signal efficiencies.
Curve ratio_line(const Curve& line, const Curve& first)
{
    Curve ratio = line;
    ratio.name.clear();
    for (size_t i = 0; i < ratio.y.size(); ++i) {
        const double below = i < first.y.size() && first.x[i] == line.x[i] ? first.y[i] : kNaN;
        ratio.y[i] /= below, ratio.low[i] /= below, ratio.high[i] /= below;
    }
    return ratio;
}

Panel ratio_panel(const std::vector<Curve>& lines)
{
    Panel panel{{"ratio", false}, {}, "off"};
    double low = 0.8, high = 1.25;
    for (const auto& line : lines) {
        panel.curves.push_back(ratio_line(line, lines.front()));
        const Curve& ratio = panel.curves.back();
        for (size_t i = 0; i < ratio.y.size(); ++i) {
            if (!(ratio.x[i] >= 0.2)) continue;  // little background left of it: mere noise
            low = std::min(low, ratio.y[i]), high = std::max(high, ratio.y[i]);
        }
    }
    panel.y.low = std::max(0.0, low - 0.05 * (high - low));
    panel.y.high = std::min(5.0, high + 0.05 * (high - low));
    return panel;
}

Curve guessing()
{
    Curve line{
        .name = "guessing", .colour = -1, .dashed = true, .x = {}, .y = {}, .low = {}, .high = {}};
    for (int i = 1; i <= 100; ++i) line.x.push_back(i / 100.0), line.y.push_back(100.0 / i);
    return line;
}

ReportFigure roc_figure(std::span<const ReportRun> runs, const std::string& question, bool only)
{
    Panel panel{{"background rejection 1/ε_B", true, 1}, {}};
    for (size_t r = 0; r < runs.size(); ++r)
        if (const RocCurve* curve = find_curve(runs[r], question, only))
            panel.curves.push_back(rejection_line(*curve, runs[r].name, static_cast<int>(r)));
    ReportFigure result{
        "roc" + file_stem(only ? "" : question), "", {{"signal efficiency ε_S", false, 0, 1}, {}}};
    result.caption =
        only || question.empty()
            ? "Background rejection against signal efficiency"
            : question.substr(1, question.size() - 2) +
                  " against the other classes: background rejection against signal efficiency";
    result.caption += "; band: one standard deviation of the background efficiency.";
    const std::vector<Curve> lines = panel.curves;
    panel.curves.push_back(guessing());
    result.figure.panels.push_back(panel);
    if (lines.size() > 1) {
        result.figure.panels.push_back(ratio_panel(lines));
        result.caption += " Below: ratio to the first run, bands without the error of the first.";
    }
    return result;
}

Curve history_line(const ReportRun& run, const std::vector<double>& values, std::string name,
                   int colour)
{
    Curve line;
    line.name = std::move(name), line.colour = colour;
    line.x = *run.history.column("epoch");
    line.y = values;
    line.dots = line.x.size() <= kFewEpochs;
    return line;
}

Panel history_panel(std::span<const ReportRun> runs, const std::vector<std::string>& columns,
                    Axis axis)
{
    Panel panel{std::move(axis), {}};
    for (size_t r = 0; r < runs.size(); ++r) {
        if (!runs[r].history.column("epoch")) continue;
        for (size_t c = 0; c < columns.size(); ++c) {
            const auto* values = runs[r].history.column(columns[c]);
            if (!values) continue;
            const std::string what = columns[c].starts_with("val_") ? "validation" : "training";
            const bool one = runs.size() == 1;
            const std::string name = one ? (columns.size() > 1 ? what : "")
                                         : runs[r].name + (columns.size() > 1 ? ", " + what : "");
            panel.curves.push_back(
                history_line(runs[r], *values, name, static_cast<int>(one ? c : r)));
            panel.curves.back().dashed = columns.size() > 1 && what == "training";
        }
    }
    return panel;
}

/// The column by which checkpoints were chosen, else the first figure of merit.
std::string metric_column(std::span<const ReportRun> runs)
{
    for (const auto& run : runs) {
        const std::string chosen = "val_" + run.select;
        if (chosen != "val_loss" && run.history.column(chosen)) return chosen;
    }
    for (const auto& run : runs)
        for (const auto& name : run.history.names)
            if (name.starts_with("val_") && name != "val_loss") return name;
    return "";
}

void add_history(std::vector<ReportFigure>& figures, const std::string& file,
                 const std::string& caption, Panel panel)
{
    if (panel.curves.empty()) return;
    figures.push_back({file, caption, {{.label = "epoch", .whole = true}, {std::move(panel)}}});
}

std::string metric_axis(const std::string& column)
{
    const std::string metric = column.substr(4);
    if (metric == "auc") return "AUC (validation)";
    if (metric.starts_with("rejection") && metric.find('@') != std::string::npos)
        return "1/ε_B at ε_S = " + metric.substr(metric.find('@') + 1) + " (validation)";
    return metric + " (validation)";
}

}  // namespace

std::string file_stem(const std::string& text)
{
    std::string stem;
    for (const char c : text)
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '-')
            stem += c;
        else if (!stem.ends_with('_'))
            stem += '_';
    while (stem.ends_with('_')) stem.pop_back();
    return stem;
}

std::vector<ReportFigure> roc_figures(std::span<const ReportRun> runs)
{
    std::vector<std::string> questions;
    bool only = true;
    for (const auto& run : runs) {
        only = only && run.curves.size() <= 1;
        for (const auto& curve : run.curves) {
            const std::string question = question_of(curve.name);
            if (std::find(questions.begin(), questions.end(), question) == questions.end())
                questions.push_back(question);
        }
    }
    std::vector<ReportFigure> figures;
    if (only && !questions.empty()) questions.resize(1);
    for (const auto& question : questions) figures.push_back(roc_figure(runs, question, only));
    return figures;
}

std::vector<ReportFigure> history_figures(std::span<const ReportRun> runs)
{
    std::vector<ReportFigure> figures;
    add_history(figures, "loss", "Loss per epoch.",
                history_panel(runs, {"train_loss", "val_loss"}, {"loss"}));
    if (const std::string column = metric_column(runs); !column.empty()) {
        Panel panel = history_panel(runs, {column}, {metric_axis(column)});
        panel.key = "bottom right";
        add_history(figures, file_stem(column), "Figure of merit on the validation split.",
                    std::move(panel));
    }
    add_history(figures, "learning_rate", "Learning rate at the end of each epoch.",
                history_panel(runs, {"lr"}, {"learning rate"}));
    return figures;
}

}  // namespace jetsmith::analysis
