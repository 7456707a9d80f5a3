// SPDX-License-Identifier: Apache-2.0
// Expressions such as `pt > 550 && abs(eta) < 2` or `sqrt(2 * met * (1 - cos(delta_phi(met_phi,
// muons[0].phi))))`: + - * / %, comparisons, && || !, parentheses, and the functions abs, sqrt, log,
// exp, sin, cos, tan, acos, sinh, cosh, tanh, floor, min, max, pow, atan2, hypot, delta_phi,
// otherwise over named columns; count(jets) and sum(jets.pt) over a collection. Numbers are double; a
// condition is 1 or 0, and any value but 0 counts as true, NaN excepted. NaN, also an object that is
// not there, makes the result NaN, but for comparisons, which it makes false, and otherwise(a, b),
// which is b where a is NaN.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/arithmetic.h"

namespace jetsmith {

class Expression {
  public:
    /// `place` leads the messages of errors, e.g. "top.yaml:7: data.select". Throws UserError that
    /// names the column (1-based) at which the text cannot be understood. A name with other
    /// characters than letters, digits, '_', '.' and the number of an object, [3], is written
    /// between backquotes.
    Expression(const std::string& text, const std::string& place);

    const std::string& text() const { return text_; }

    /// Names in order of first use; evaluate() wants their values in this order.
    const std::vector<std::string>& names() const { return names_; }

    /// columns[k]: `rows` values of names()[k]. Returns one value per row.
    std::vector<double> evaluate(const std::vector<const double*>& columns, size_t rows) const;

    /// What evaluate() does, for others who do it: instructions for a stack of doubles.
    const std::vector<Instruction>& program() const { return program_; }

  private:
    std::string text_;
    std::vector<std::string> names_;
    std::vector<Instruction> program_;
};

/// What a program makes of `rows` values of every name.
std::vector<double> run_program(const std::vector<Instruction>& program,
                                const std::vector<const double*>& columns, size_t rows);

/// What a selection keeps: neither 0 nor NaN.
inline bool is_true(double value) { return holds(value); }

}  // namespace jetsmith
