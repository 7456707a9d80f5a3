// SPDX-License-Identifier: Apache-2.0
// Figures as SVG text, drawn by gnuplot: lines with bands, steps, points with errors, ratio panels
// below. No titles: a caption belongs to the page. Labels are UTF-8 in the field's notation, "_x"
// and "^x" are set as sub- and superscript ("1/ε_B", "p_T [GeV]"); names of curves are set as they
// are. Colours: Okabe and Ito, https://jfly.uni-koeln.de/color (safe for the colour-blind).
#pragma once

#include <array>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace jetsmith::analysis {

/// Blue, vermilion, green, purple, orange, sky blue, black, yellow: by index modulo their number.
inline constexpr std::array kPalette{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                     "#E69F00", "#56B4E9", "#000000", "#F0E442"};

struct Axis {
    std::string label;
    bool log = false;
    double low = std::numeric_limits<double>::quiet_NaN();  ///< NaN: from the data
    double high = std::numeric_limits<double>::quiet_NaN();
    std::vector<std::pair<double, std::string>> extra_tics = {};
    bool whole = false;  ///< counts: no tics between whole numbers
};

/// One set of points (x, y). A NaN in y interrupts a line.
struct Curve {
    enum class Style { line, steps, points, cloud };  ///< cloud: small dots, no errors

    std::string name;           ///< in the legend; empty: not listed
    Style style = Style::line;  ///< steps: x holds one edge more than y
    int colour = 0;             ///< index into the palette; -1: grey
    bool dashed = false;
    std::vector<double> x, y;
    std::vector<double> low, high;                ///< band or error bars; both empty: none
    std::vector<double> x_low = {}, x_high = {};  ///< ends of the bins of points; empty: none
    bool fill = false;                            ///< the area below steps, lightly
    bool dots = false;                            ///< a dot at each point of a line
};

struct Panel {
    Axis y;
    std::vector<Curve> curves;
    std::string key = "top right";  ///< place of the legend in gnuplot's words
};

/// Panels share the x axis; the first is the large one, the others (ratios) lie below.
struct Figure {
    Axis x;
    std::vector<Panel> panels;
};

/// The figure as an <svg> element that scales with its place (viewBox, no fixed size). Throws
/// UserError when gnuplot is missing or fails.
std::string draw(const Figure& figure);

/// The script for gnuplot, data included: what draw() runs.
std::string gnuplot_script(const Figure& figure);

}  // namespace jetsmith::analysis
