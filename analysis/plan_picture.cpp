// SPDX-License-Identifier: Apache-2.0
#include "analysis/plan_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/plot.h"
#include "analysis/text_tables.h"
#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

// Pixels.
constexpr double kSide = 480, kLeft = 64, kTop = 40, kBottom = 52, kRight = 16;
constexpr double kLargestDisc = 13, kSmallestDisc = 1.2, kWidestArrow = 5, kThinnestArrow = 0.4;
constexpr int kTics = 5;  // about so many on an axis

/// A square part of the plane, onto a square of the picture.
struct Window {
    double x = 0, y = 0, size = 1;  ///< lower left corner and side

    double across(double value) const { return kLeft + kSide * (value - x) / size; }
    double down(double value) const { return kTop + kSide * (1 - (value - y) / size); }
};

Window window_of(const PlanEvent& first, const PlanEvent& second)
{
    const auto range = [](const std::vector<double>& a, const std::vector<double>& b) {
        const auto one = std::ranges::minmax(a), other = std::ranges::minmax(b);
        return std::pair{std::min(one.min, other.min), std::max(one.max, other.max)};
    };
    const auto [left, right] = range(first.x, second.x);
    const auto [low, high] = range(first.y, second.y);
    const double extent = std::max(right - left, high - low);
    const double size = extent > 0 ? 1.15 * extent : 1;
    return {(left + right - size) / 2, (low + high - size) / 2, size};
}

/// 1, 2 or 5 times a power of ten.
double tic_step(double size)
{
    const double rough = size / kTics, power = std::pow(10, std::floor(std::log10(rough)));
    const double digits = rough / power;
    return power * (digits < 1.5 ? 1 : digits < 3.5 ? 2 : digits < 7.5 ? 5 : 10);
}

std::string text(double x, double y, const char* anchor, const std::string& what,
                 const char* fill = "#000000")
{
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\">{}</text>\n",
                       x, y, anchor, fill, html_text(what));
}

std::string axes(const Window& window)
{
    std::string svg = fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#000000\"/>\n",
        kLeft, kTop, kSide, kSide);
    const double step = tic_step(window.size), bottom = kTop + kSide;
    const int digits = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
    for (auto i = std::ceil(window.x / step); i * step < window.x + window.size; ++i) {
        const double x = window.across(i * step);
        svg += fmt::format("<path d=\"M{:.1f} {}v-5\" stroke=\"#000000\"/>\n", x, bottom);
        svg += text(x, bottom + 18, "middle", fmt::format("{:.{}f}", i * step + 0.0, digits));
    }
    for (auto i = std::ceil(window.y / step); i * step < window.y + window.size; ++i) {
        const double y = window.down(i * step);
        svg += fmt::format("<path d=\"M{} {:.1f}h5\" stroke=\"#000000\"/>\n", kLeft, y);
        svg += text(kLeft - 6, y + 5, "end", fmt::format("{:.{}f}", i * step + 0.0, digits));
    }
    svg += text(kLeft + kSide / 2, bottom + 42, "middle", "rapidity");
    const double middle = kTop + kSide / 2;
    return svg + fmt::format(
                     "<text transform=\"translate(18 {0}) rotate(-90)\" "
                     "text-anchor=\"middle\">azimuth</text>\n",
                     middle);
}

std::string discs(const PlanEvent& event, const Window& window, double heaviest, const char* colour)
{
    std::string svg;
    for (size_t i = 0; i < event.weight.size(); ++i)
        svg += fmt::format(
            "<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"{:.2f}\" fill=\"{}\" fill-opacity=\"0.6\"/>\n",
            window.across(event.x[i]), window.down(event.y[i]),
            std::max(kSmallestDisc, kLargestDisc * std::sqrt(event.weight[i] / heaviest)), colour);
    return svg;
}

std::string arrows(const PlanEvent& first, const PlanEvent& second, std::span<const double> flow_NM,
                   const Window& window)
{
    const double most = std::ranges::max(flow_NM);
    const size_t columns = second.weight.size();
    std::string svg;
    for (size_t f = 0; f < flow_NM.size(); ++f) {
        const size_t i = f / columns, j = f % columns;
        if (!(flow_NM[f] > 0) || (first.x[i] == second.x[j] && first.y[i] == second.y[j])) continue;
        svg += fmt::format(
            "<line x1=\"{:.2f}\" y1=\"{:.2f}\" x2=\"{:.2f}\" y2=\"{:.2f}\" stroke-width=\"{:.2f}\" "
            "marker-end=\"url(#head)\"/>\n",
            window.across(first.x[i]), window.down(first.y[i]), window.across(second.x[j]),
            window.down(second.y[j]), std::max(kThinnestArrow, kWidestArrow * flow_NM[f] / most));
    }
    return "<g stroke=\"#555555\" stroke-opacity=\"0.7\">\n" + svg + "</g>\n";
}

}  // namespace

std::string plan_svg(const PlanEvent& first, const PlanEvent& second,
                     std::span<const double> flow_NM)
{
    ensure(!first.weight.empty() && flow_NM.size() == first.weight.size() * second.weight.size() &&
               !flow_NM.empty(),
           "a plan wants particles in both events, and a flow for every pair of them");
    const Window window = window_of(first, second);
    const double heaviest =
        std::max(std::ranges::max(first.weight), std::ranges::max(second.weight));
    std::string svg = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" "
        "font-family=\"sans-serif\" font-size=\"15\">\n"
        "<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"5\" "
        "markerHeight=\"5\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
        "<path d=\"M0 0L8 4L0 8z\" fill=\"#555555\"/></marker></defs>\n"
        "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        kLeft + kSide + kRight, kTop + kSide + kBottom);
    svg += axes(window);
    svg += discs(first, window, heaviest, kPalette[0]) +
           discs(second, window, heaviest, kPalette[1]) + arrows(first, second, flow_NM, window);
    svg += text(kLeft, kTop - 14, "start", first.name, kPalette[0]);
    svg += text(kLeft + kSide, kTop - 14, "end", second.name, kPalette[1]);
    return svg + "</svg>\n";
}

}  // namespace jetsmith::analysis
