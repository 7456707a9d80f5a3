// SPDX-License-Identifier: Apache-2.0
// A value per row as a program over columns in memory: what an expression becomes once its names are
// found in a store. B rows, T objects of all rows together.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/arithmetic.h"

namespace jetsmith {

/// Where the values of a name lie. Element `stride * position + offset` of `values`, the position
/// being the row, or the place of an object among those of all rows.
struct RowColumn {
    enum class Of : int32_t { row, object, count, sum };

    Of of = Of::row;
    at::Tensor values = {};   ///< uint8, int8, int32, int64, float32 or float64; undefined for count
    at::Tensor offsets = {};  ///< of the collection, int64 (B + 1); undefined for row
    int64_t stride = 1, offset = 0;
    int64_t object = 0;  ///< number of the object, from 0; rows that have fewer give NaN
};

struct RowProgram {
    std::vector<Instruction> program;  ///< Instruction::name is a number of `columns`
    std::vector<RowColumn> columns;
};

/// Numbers that a program has on its stack at most.
inline int most_stacked(const std::vector<Instruction>& program)
{
    int now = 0, most = 0;
    for (const Instruction& step : program) {
        now += takes_one(step.operation) ? 0 : takes_two(step.operation) ? -1 : 1;
        most = now > most ? now : most;
    }
    return most;
}

}  // namespace jetsmith
