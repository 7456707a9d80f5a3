// SPDX-License-Identifier: Apache-2.0
// Features of chosen rows from programs over the columns of a store, standardised in the same pass:
// one kernel where torch operations would take several for each feature.
// B rows, F features.
#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/row_program.h"

namespace jetsmith::kernels {

/// feature = (value - mean) * inverse; `fill` where an object that is not there made the value NaN.
struct FormulaScale {
    at::Tensor mean_F = {};     ///< float64, on the device of the columns; undefined: as they are
    at::Tensor inverse_F = {};  ///< float64
    double fill = 0;
};

/// Programs that are ready to run on the device of their columns, which they keep alive.
class Formulas {
  public:
    /// One program per feature. Throws UserError for a program that needs more than kMostStacked
    /// numbers at once.
    explicit Formulas(std::vector<RowProgram> programs);

    /// float32 (B, F). rows_B: int64, positions in the columns, on their device; any stride. Every
    /// value depends on its row alone: the result is the same for any batch and number of threads.
    at::Tensor run(const at::Tensor& rows_B, const FormulaScale& scale) const;

  private:
    std::vector<RowProgram> programs_;
    at::Tensor columns_, instructions_, begins_;  ///< their bytes, on the device
    at::Device device_;
};

}  // namespace jetsmith::kernels
