// SPDX-License-Identifier: Apache-2.0
#include "analysis/text_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace jetsmith::analysis {
namespace {

/// Number of characters (code points) of UTF-8 text.
size_t width(std::string_view text)
{
    return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

std::vector<size_t> column_widths(const TextTable& table)
{
    std::vector<size_t> widths;
    for (size_t c = 0; c < table.header.size(); ++c) {
        widths.push_back(width(table.header[c]));
        for (const auto& row : table.rows) widths[c] = std::max(widths[c], width(row[c]));
    }
    return widths;
}

std::string padded_line(const std::vector<std::string>& cells, const std::vector<size_t>& widths,
                        std::string_view left, std::string_view between, std::string_view right)
{
    std::string line(left);
    for (size_t c = 0; c < cells.size(); ++c) {
        const std::string padding(widths[c] - width(cells[c]), ' ');
        if (c > 0) line += between;
        line += c == 0 ? cells[c] + padding : padding + cells[c];
    }
    line += right;
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

std::string replaced(std::string_view text, std::string_view special,
                     const std::vector<std::string_view>& substitutes)
{
    std::string out;
    for (const char c : text) {
        const auto found = special.find(c);
        if (found == std::string_view::npos)
            out += c;
        else
            out += substitutes[found];
    }
    return out;
}

std::string latex_cell(std::string_view text)
{
    std::string cell = latex_text(text);
    const std::pair<std::string_view, std::string_view> symbols[] = {
        {"+-", "$\\pm$"}, {"1/eps\\_B", "$1/\\epsilon_B$"}};
    for (const auto& [from, to] : symbols)
        for (auto at = cell.find(from); at != std::string::npos; at = cell.find(from, at + to.size()))
            cell.replace(at, from.size(), to);
    return cell;
}

std::string joined(const std::vector<std::string>& cells, std::string_view between,
                   std::string (*encode)(std::string_view))
{
    std::string line;
    for (size_t c = 0; c < cells.size(); ++c) {
        if (c > 0) line += between;
        line += encode(cells[c]);
    }
    return line;
}

}  // namespace

std::string plain_text(const TextTable& table)
{
    const auto widths = column_widths(table);
    std::string text = padded_line(table.header, widths, "", "  ", "");
    std::vector<std::string> rule;
    for (const size_t w : widths) rule.push_back(std::string(w, '-'));
    text += padded_line(rule, widths, "", "  ", "");
    for (const auto& row : table.rows) text += padded_line(row, widths, "", "  ", "");
    for (const auto& note : table.notes) text += note + "\n";
    return text;
}

std::string markdown(const TextTable& table)
{
    const auto escaped = [](std::vector<std::string> cells) {
        for (auto& cell : cells) cell = replaced(cell, "|", {"\\|"});
        return cells;
    };
    TextTable safe{escaped(table.header), {}, {}};
    for (const auto& row : table.rows) safe.rows.push_back(escaped(row));
    const auto widths = column_widths(safe);
    std::string text = padded_line(safe.header, widths, "| ", " | ", " |");
    for (size_t c = 0; c < widths.size(); ++c)
        text += c == 0 ? "|" + std::string(widths[c] + 2, '-')
                       : "|" + std::string(widths[c] + 1, '-') + ":";
    text += "|\n";
    for (const auto& row : safe.rows) text += padded_line(row, widths, "| ", " | ", " |");
    for (const auto& note : table.notes) text += "\n" + note + "\n";
    return text;
}

std::string latex(const TextTable& table)
{
    std::string text = "\\begin{tabular}{l" + std::string(table.header.size() - 1, 'r') + "}\n";
    text += "\\toprule\n" + joined(table.header, " & ", latex_cell) + " \\\\\n\\midrule\n";
    for (const auto& row : table.rows) text += joined(row, " & ", latex_cell) + " \\\\\n";
    text += "\\bottomrule\n\\end{tabular}\n";
    for (const auto& note : table.notes) text += "% " + note + "\n";
    return text;
}

std::string csv(const TextTable& table)
{
    std::string text = joined(table.header, ",", csv_field) + "\n";
    for (const auto& row : table.rows) text += joined(row, ",", csv_field) + "\n";
    return text;
}

std::string csv_field(std::string_view text)
{
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
    return '"' + replaced(text, "\"", {"\"\""}) + '"';
}

std::string latex_text(std::string_view text)
{
    return replaced(text, "\\&%$#_{}~^<>|",
                    {"\\textbackslash{}", "\\&", "\\%", "\\$", "\\#", "\\_", "\\{", "\\}",
                     "\\textasciitilde{}", "\\textasciicircum{}", "\\textless{}",
                     "\\textgreater{}", "\\textbar{}"});
}

std::string html_text(std::string_view text)
{
    return replaced(text, "&<>\"'", {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"});
}

std::string with_error(double value, double error, int digits)
{
    if (std::isnan(value)) return "-";
    if (!std::isfinite(value) || !(error > 0) || !std::isfinite(error))
        return fmt::format("{:.{}g}", value, digits);
    const int decimals = 1 - static_cast<int>(std::floor(std::log10(error)));
    const int shown = std::clamp(decimals, 0, 12);
    return fmt::format("{:.{}f} +- {:.{}f}", value, shown, error, shown);
}

std::string grouped(int64_t number)
{
    std::string text = std::to_string(number);
    for (int place = static_cast<int>(text.size()) - 3; place > (number < 0 ? 1 : 0); place -= 3)
        text.insert(place, ",");
    return text;
}

}  // namespace jetsmith::analysis
