// SPDX-License-Identifier: Apache-2.0
// What a formula kernel is told, and what it does for one row: plain pointers and numbers, the same
// for the CPU and CUDA. What an operation does stands in core/arithmetic.h.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/arithmetic.h"

namespace jetsmith::kernels {

enum class FormulaType : int32_t { u8, i8, i32, i64, f32, f64 };
enum class FormulaOf : int32_t { row, object, count, sum };

/// A RowColumn without tensors.
struct FormulaColumn {
    const void* values;
    const int64_t* offsets;
    int64_t stride, offset, object;
    FormulaType type;
    FormulaOf of;
};

struct FormulaArguments {
    const FormulaColumn* columns;
    const Instruction* program;  ///< of all features; names are numbers of `columns`
    const int32_t* begins;       ///< (features + 1): where the program of a feature begins
    int32_t features;
    const int64_t* rows;  ///< (count)
    int64_t count;
    const double* mean;     ///< (features): subtracted; may be null
    const double* inverse;  ///< (features): then multiplied
    double fill;            ///< of features that look at an object that is not there
    float* out;             ///< (count, features)
};

/// The value of a column in a row; sets `missing` where the object is not there.
template <class T>
JETSMITH_HD double column_value(const FormulaColumn& c, int64_t row, bool& missing)
{
    const T* values = static_cast<const T*>(c.values);
    if (c.of == FormulaOf::row) return static_cast<double>(values[c.stride * row + c.offset]);
    const int64_t first = c.offsets[row], last = c.offsets[row + 1];
    if (c.of == FormulaOf::count) return static_cast<double>(last - first);
    if (c.of == FormulaOf::object) {
        if (first + c.object < last)
            return static_cast<double>(values[c.stride * (first + c.object) + c.offset]);
        missing = true;
        return NAN;
    }
    double sum = 0;
    for (int64_t i = first; i < last; ++i)
        sum += static_cast<double>(values[c.stride * i + c.offset]);
    return sum;
}

/// Feature `f` from the value of its program.
JETSMITH_HD float feature_value(const FormulaArguments& a, int32_t f, double value, bool missing)
{
    if (missing && value != value) return static_cast<float>(a.fill);
    return static_cast<float>(a.mean ? (value - a.mean[f]) * a.inverse[f] : value);
}

}  // namespace jetsmith::kernels
