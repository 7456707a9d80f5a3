// SPDX-License-Identifier: Apache-2.0
// Arithmetic programs: an expression as a list of instructions for a stack of doubles, and what each
// operation does, once for the processor and the GPU. Free of torch and C++20: .cu files include it.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/host_device.h"

namespace jetsmith {

enum class Operation : int32_t {
    number,  ///< pushes Instruction::number
    name,    ///< pushes the value of name Instruction::name
    // One argument.
    negate, logical_not, abs, sqrt, log, exp, sin, cos, tan, acos, sinh, cosh, tanh, floor,
    // Two arguments.
    add, subtract, multiply, divide, remainder, equal, unequal, less, less_equal, greater,
    greater_equal, logical_and, logical_or, min, max, pow, atan2, hypot, delta_phi, otherwise
};

struct Instruction {
    Operation operation;
    int32_t name;
    double number;
};

/// Values that a program may have on its stack at once.
constexpr int kMostStacked = 16;

JETSMITH_HD bool takes_one(Operation o) { return o >= Operation::negate && o < Operation::add; }
JETSMITH_HD bool takes_two(Operation o) { return o >= Operation::add; }

/// Neither 0 nor NaN.
JETSMITH_HD bool holds(double value) { return value < 0 || value > 0; }

/// The operation on its arguments; `b` is not looked at where there is one.
/// NaN stands for what is not there: it passes through everything but comparisons, which it makes
/// false (`!=` true), and otherwise(a, b), which is b where a is NaN.
JETSMITH_HD double apply(Operation operation, double a, double b)
{
    switch (operation) {
        case Operation::negate: return -a;
        case Operation::logical_not: return holds(a) ? 0 : 1;
        case Operation::abs: return std::fabs(a);
        case Operation::sqrt: return std::sqrt(a);
        case Operation::log: return std::log(a);
        case Operation::exp: return std::exp(a);
        case Operation::sin: return std::sin(a);
        case Operation::cos: return std::cos(a);
        case Operation::tan: return std::tan(a);
        case Operation::acos: return std::acos(a);
        case Operation::sinh: return std::sinh(a);
        case Operation::cosh: return std::cosh(a);
        case Operation::tanh: return std::tanh(a);
        case Operation::floor: return std::floor(a);
        case Operation::add: return a + b;
        case Operation::subtract: return a - b;
        case Operation::multiply: return a * b;
        case Operation::divide: return a / b;
        case Operation::remainder: {  // with the sign of b, so that -1 % 5 is 4
            const double r = std::fmod(a, b);
            return r != 0 && (r < 0) != (b < 0) ? r + b : r;
        }
        case Operation::equal: return a == b;
        case Operation::unequal: return a != b;
        case Operation::less: return a < b;
        case Operation::less_equal: return a <= b;
        case Operation::greater: return a > b;
        case Operation::greater_equal: return a >= b;
        case Operation::logical_and: return holds(a) && holds(b);
        case Operation::logical_or: return holds(a) || holds(b);
        case Operation::min: return a != a || a < b ? a : b;
        case Operation::max: return a != a || a > b ? a : b;
        case Operation::pow: return std::pow(a, b);
        case Operation::atan2: return std::atan2(a, b);
        case Operation::hypot: return std::hypot(a, b);
        case Operation::delta_phi: return std::remainder(a - b, 6.283185307179586);
        case Operation::otherwise: return a != a ? b : a;
        default: return a;
    }
}

}  // namespace jetsmith
