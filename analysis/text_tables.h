// SPDX-License-Identifier: Apache-2.0
// Rows of text cells as aligned columns, Markdown, LaTeX or CSV, and numbers as physicists write
// them: rounded to the error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jetsmith::analysis {

struct TextTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;  ///< each as long as the header
    std::vector<std::string> notes;              ///< printed below
};

/// Columns padded to their widest cell; the first to the left, all others to the right.
std::string plain_text(const TextTable& table);
std::string markdown(const TextTable& table);
/// A `tabular` with booktabs rules; "+-" and "1/eps_B" become formulas, special characters are
/// escaped.
std::string latex(const TextTable& table);
std::string csv(const TextTable& table);

/// The field in quotes where it holds a comma, a quote or a line break.
std::string csv_field(std::string_view text);

/// Characters that LaTeX would read as commands, escaped.
std::string latex_text(std::string_view text);

/// Characters that HTML would read as markup, escaped.
std::string html_text(std::string_view text);

/// "0.98477 +- 0.00019", "1294 +- 104": the error with two digits, the value to the same place.
/// Without a finite error above 0 the value with `digits` significant digits. "-" for NaN.
std::string with_error(double value, double error, int digits = 5);

/// "609,666".
std::string grouped(int64_t number);

}  // namespace jetsmith::analysis
