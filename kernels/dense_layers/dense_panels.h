// SPDX-License-Identifier: Apache-2.0
// Float32 matrices "in panels": [panel of P columns][row][P], P being panel_columns(). A product
// reads them front to back, without the cache conflicts of rows that lie a power of two apart.
// Columns are padded to a multiple of kColumnStep, rows to one of kRowStep.
#pragma once

#include <cstdint>

namespace jetsmith::kernels {

constexpr int64_t kRowStep = 8, kColumnStep = 32;

constexpr int64_t padded(int64_t count, int64_t step) { return (count + step - 1) / step * step; }

/// P on this processor; divides kColumnStep.
int64_t panel_columns();

struct Panels {
    float* data;
    int64_t rows, columns;
    int64_t stride;  ///< floats from one panel to the next
};

/// A matrix whose `data` has room for panel_floats() numbers.
Panels in_panels(float* data, int64_t rows, int64_t columns);
int64_t panel_floats(int64_t rows, int64_t columns);

/// to = from, (rows, columns) in rows; the padding becomes 0.
void pack(const float* from, const Panels& to);
/// to = from^T, `from` (columns, rows) in rows; padded columns become 0.
void pack_transposed(const float* from, const Panels& to);
/// to, in rows, = from.
void unpack(const Panels& from, float* to);

/// Rows [begin, begin + rows) of a matrix; begin is a multiple of kRowStep.
Panels rows_of(const Panels& all, int64_t begin, int64_t rows);

}  // namespace jetsmith::kernels
