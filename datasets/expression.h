// SPDX-License-Identifier: Apache-2.0
// Selections such as `pt > 550 && abs(eta) < 2`: + - * /, comparisons, && || !, parentheses, and
// the functions abs, sqrt, log, min, max over named columns. Numbers are double; a condition is 1
// or 0, and any value but 0 counts as true, NaN excepted.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace jetsmith {

class Expression {
  public:
    /// `place` leads the messages of errors, e.g. "top.yaml:7: data.select". Throws UserError that
    /// names the column (1-based) at which the text cannot be understood. A name with other
    /// characters than letters, digits, '_' and '.' is written between backquotes.
    Expression(const std::string& text, const std::string& place);
    ~Expression();
    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;

    const std::string& text() const { return text_; }

    /// Names in order of first use; evaluate() wants their values in this order.
    const std::vector<std::string>& names() const { return names_; }

    /// columns[k]: `rows` values of names()[k]. Returns one value per row.
    std::vector<double> evaluate(const std::vector<const double*>& columns, size_t rows) const;

    struct Node;

  private:
    std::string text_;
    std::vector<std::string> names_;
    std::unique_ptr<Node> root_;
};

/// What a selection keeps: neither 0 nor NaN.
inline bool is_true(double value) { return value < 0 || value > 0; }

}  // namespace jetsmith
