// SPDX-License-Identifier: Apache-2.0
// Which pairs of rows have a distance, in the order of a distance file. N rows, M columns, K pairs.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/distance_file.h"

namespace jetsmith::analysis {

class PairOrder {
  public:
    /// listed_K2: positions of the pairs among rows and columns; layout pairs alone.
    PairOrder(DistanceLayout layout, int64_t rows, int64_t columns,
              std::vector<int64_t> listed_K2 = {});

    int64_t count() const;

    /// Positions of pair k among rows and columns.
    std::array<int64_t, 2> at(int64_t k) const;

    /// Pairs [begin, end): int64 (end - begin, 2).
    at::Tensor range(int64_t begin, int64_t end) const;

  private:
    std::array<int64_t, 2> next(std::array<int64_t, 2> pair) const;

    DistanceLayout layout_;
    int64_t rows_, columns_;
    std::vector<int64_t> listed_K2_;
};

}  // namespace jetsmith::analysis
