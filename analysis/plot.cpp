// SPDX-License-Identifier: Apache-2.0
#include "analysis/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/plot_gnuplot.h"

namespace jetsmith::analysis {
namespace {

constexpr int kWidth = 500, kHeight = 360, kRatioHeight = 110;  // SVG units
constexpr double kLeft = 88, kRight = 14, kTop = 12, kBottom = 56, kGap = 10;
constexpr double kLabelAt = 10;  // middle of the y label
constexpr auto kGrey = "#808080";

struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();

    void add(double value, bool log)
    {
        if (!std::isfinite(value) || (log && value <= 0)) return;
        low = std::min(low, value), high = std::max(high, value);
    }
};

/// The axis limits given, or those of the data with a little air.
Range limits(const Axis& axis, Range data, bool padded)
{
    if (!(data.low <= data.high)) data = axis.log ? Range{1, 10} : Range{0, 1};
    Range range = data;
    if (padded && axis.log) {
        const double factor = std::pow(std::max(data.high / data.low, 1.5), 0.06);
        range = {data.low / factor, data.high * factor};
    } else if (padded) {
        const double air = data.high > data.low ? 0.06 * (data.high - data.low)
                                                : std::max(0.05 * std::abs(data.high), 1e-3);
        range = {data.low - air, data.high + air};
    }
    if (!std::isnan(axis.low)) range.low = axis.low;
    if (!std::isnan(axis.high)) range.high = axis.high;
    if (!(range.low < range.high)) range.high = axis.log ? 10 * range.low : range.low + 1;
    return range;
}

Range x_range(const Figure& figure)
{
    Range data;
    for (const auto& panel : figure.panels)
        for (const auto& curve : panel.curves)
            for (const auto* values : {&curve.x, &curve.x_low, &curve.x_high})
                for (const double value : *values) data.add(value, figure.x.log);
    return limits(figure.x, data, false);
}

Range y_range(const Panel& panel)
{
    Range data;
    for (const auto& curve : panel.curves)
        for (size_t i = 0; i < curve.y.size(); ++i) {
            data.add(curve.y[i], panel.y.log);
            if (curve.style != Curve::Style::points || curve.low.empty()) continue;
            data.add(curve.low[i], panel.y.log), data.add(curve.high[i], panel.y.log);
        }
    return limits(panel.y, data, true);
}

std::string colour(const Curve& curve)
{
    return curve.colour < 0 ? kGrey : kPalette[curve.colour % kPalette.size()];
}

/// Single quotes: gnuplot then runs no commands and reads no escapes inside.
std::string quoted(const std::string& text)
{
    std::string safe;
    for (const char c : text) {
        if (c == '\'') safe += c;
        safe += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
    return "'" + safe + "'";
}

/// Rows of "x y low high left right"; bands end at the frame. NaN makes an empty line, which
/// interrupts.
std::string data_rows(const Curve& curve, const Range& range)
{
    const auto inside = [&](double v) { return std::clamp(v, range.low, range.high); };
    const bool steps = curve.style == Curve::Style::steps, binned = !curve.x_low.empty();
    std::string rows;
    for (size_t i = 0; i < curve.y.size(); ++i) {
        if (!std::isfinite(curve.y[i])) {
            rows += '\n';
            continue;
        }
        const bool band = !curve.low.empty() && std::isfinite(curve.low[i]);
        const double y = curve.style == Curve::Style::line ? curve.y[i] : inside(curve.y[i]);
        const double low = inside(band ? curve.low[i] : curve.y[i]);
        const double high = inside(band ? curve.high[i] : curve.y[i]);
        for (size_t edge = i; edge <= (steps ? i + 1 : i); ++edge)
            rows += fmt::format("{:.7g} {:.7g} {:.7g} {:.7g} {:.7g} {:.7g}\n", curve.x[edge], y,
                                low, high, binned ? curve.x_low[i] : curve.x[edge],
                                binned ? curve.x_high[i] : curve.x[edge]);
    }
    return rows.empty() ? "\n" : rows;
}

/// The pieces of the plot command for one curve, whose data are the block `name`.
std::vector<std::string> plot_items(const Curve& curve, const std::string& name, const Range& range)
{
    std::vector<std::string> items;
    const std::string title =
        curve.name.empty() ? "notitle" : "title " + quoted(curve.name) + " noenhanced";
    if (curve.fill)
        items.push_back(
            fmt::format("{} using 1:2:({:.7g}) with filledcurves fc rgb '{}' fs "
                        "transparent solid 0.12 noborder notitle",
                        name, range.low, colour(curve)));
    if (curve.style == Curve::Style::points) {
        items.push_back(
            fmt::format("{} using 1:2:5:6:3:4 with xyerrorbars lc rgb '{}' "
                        "lw 1.6 pt {} ps 0.55 {}",
                        name, colour(curve), curve.dashed ? 9 : 7, title));
        return items;
    }
    if (curve.style == Curve::Style::cloud) {
        // The legend shows a larger dot than the plot.
        items.push_back(fmt::format("{} using 1:2 with points lc rgb '{}' pt 7 ps 0.22 notitle",
                                    name, colour(curve)));
        items.push_back(fmt::format("NaN with points lc rgb '{}' pt 7 ps 0.7 {}", colour(curve),
                                    title));
        return items;
    }
    if (!curve.low.empty())
        items.push_back(
            fmt::format("{} using 1:3:4 with filledcurves fc rgb '{}' fs transparent "
                        "solid 0.22 noborder notitle",
                        name, colour(curve)));
    items.push_back(fmt::format("{} using 1:2 with {} lc rgb '{}' lw {} dt {} {}", name,
                                curve.dots ? "linespoints pt 7 ps 0.45" : "lines", colour(curve),
                                curve.colour < 0 ? 1.2 : 2, curve.dashed ? 2 : 1, title));
    return items;
}

/// 1, 2 or 5 times a power of ten, at least `step`.
double round_step(double step)
{
    const double power = std::pow(10, std::floor(std::log10(step)));
    for (const double digit : {1.0, 2.0, 5.0})
        if (digit * power >= step) return digit * power;
    return 10 * power;
}

/// Widest label of the multiples of `step` in the range, in characters.
size_t label_width(const Range& range, double step)
{
    size_t widest = 0;
    for (double tic = std::ceil(range.low / step); tic * step <= range.high; ++tic)
        widest = std::max(widest, fmt::format("{:g}", tic * step).size());
    return widest;
}

/// Distance of tics whose labels do not touch each other along the x axis; 0 where they are so short
/// that gnuplot's own choice has room.
double roomy_step(const Range& range)
{
    constexpr double character = 8.5, most = 8;  // pixels; tics that gnuplot would set
    const double length = range.high - range.low;
    if (!(length > 0) || label_width(range, round_step(length / most)) <= 5) return 0;
    double step = 0;
    for (double tics = most; tics >= 1; --tics) {
        step = round_step(length / tics);
        const auto width = static_cast<double>(label_width(range, step) + 2) * character;
        if (width * (length / step + 1) <= kWidth - kLeft - kRight) break;
    }
    return step;
}

std::string axis_commands(const Axis& axis, char letter, const Range& range, bool labelled,
                          bool small)
{
    std::string text =
        fmt::format("set {0}range [{1:.7g}:{2:.7g}]\n", letter, range.low, range.high);
    const std::string label = labelled ? quoted(axis.label) : "''";
    // gnuplot would push a y label out of the picture where the tics are wide.
    text += letter == 'x' ? fmt::format("set xlabel {} offset 0,0.5\n", label)
                          : fmt::format(
                                "set label 1 {} at screen {:.5f}, graph 0.5 center "
                                "rotate by 90\n",
                                label, kLabelAt / kWidth);
    const bool whole = axis.whole && range.high - range.low < 8;
    if (!axis.log) {
        text += fmt::format("unset logscale {0}\nset {0}tics autofreq\nset format {0} '{1}'\n",
                            letter, labelled ? "%g" : "");
        if (whole) text += fmt::format("set {}tics 1\n", letter);
        const double step = letter == 'x' && labelled && !whole ? roomy_step(range) : 0;
        if (step > 0) text += fmt::format("set xtics {:g}\n", step);
        if (small)
            text +=
                fmt::format("set {}tics {:g}\n", letter, round_step((range.high - range.low) / 3));
    } else {
        const bool many = range.high / range.low > 1e2;
        text += fmt::format(
            "set logscale {0} 10\nset {0}tics autofreq\nset m{0}tics 10\nset format "
            "{0} '{1}'\n",
            letter,
            !labelled ? ""
            : many    ? "10^{%T}"
                      : "%g");
    }
    for (const auto& [place, label] : axis.extra_tics)
        text += fmt::format("set {}tics add ({} {:.7g})\n", letter, labelled ? quoted(label) : "''",
                            place);
    return text;
}

}  // namespace

std::string gnuplot_script(const Figure& figure)
{
    const auto count = static_cast<int>(figure.panels.size());
    const int height = kHeight + kRatioHeight * (count - 1);
    const Range x = x_range(figure);
    std::string script = fmt::format(
        "set terminal svg size {},{} dynamic enhanced font 'sans-serif,15' background 'white'\n"
        "set encoding utf8\nset border lw 1 lc rgb '#404040'\nset tics scale 0.7\n"
        "set grid lw 0.6 lc rgb '#e4e4e4'\nset multiplot\n"
        "set lmargin at screen {:.5f}\nset rmargin at screen {:.5f}\n",
        kWidth, height, kLeft / kWidth, 1 - kRight / kWidth);
    double top = height - kTop;
    for (int p = 0; p < count; ++p) {
        const Panel& panel = figure.panels[p];
        const bool last = p == count - 1;
        const double room = p == 0 ? kHeight - kTop - kBottom : kRatioHeight - kGap;
        const Range y = y_range(panel);
        script += fmt::format("set tmargin at screen {:.5f}\nset bmargin at screen {:.5f}\n",
                              top / height, (top - room) / height);
        top -= room + kGap;
        script += axis_commands(figure.x, 'x', x, last, false);
        script += axis_commands(panel.y, 'y', y, true, p > 0);
        script += fmt::format("set key {} samplen 1.6 spacing 1.15 width -1\n", panel.key);
        std::string command;
        for (size_t c = 0; c < panel.curves.size(); ++c) {
            const std::string name = fmt::format("$d{}_{}", p, c);
            script += fmt::format("{} << END_OF_DATA\n{}END_OF_DATA\n", name,
                                  data_rows(panel.curves[c], y));
            for (const auto& item : plot_items(panel.curves[c], name, y))
                command += (command.empty() ? "plot " : ", ") + item;
        }
        script += (command.empty() ? "plot NaN notitle" : command) + "\n";
    }
    return script + "unset multiplot\n";
}

std::string draw(const Figure& figure)
{
    std::string svg = run_gnuplot(gnuplot_script(figure));
    const auto begin = svg.find("<svg");  // a page wants neither the XML nor the DOCTYPE line
    return begin == std::string::npos ? svg : svg.substr(begin);
}

}  // namespace jetsmith::analysis
