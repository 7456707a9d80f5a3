// SPDX-License-Identifier: Apache-2.0
// Distances between all pairs of N events in memory: N = 10,000 events take 0.2 GB.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/distance_file.h"
#include "analysis/distances.h"

namespace jetsmith::analysis {

class DistanceMatrix final : public Distances {
  public:
    DistanceMatrix() = default;

    /// `condensed`: N (N - 1) / 2 values in the order of the file.
    DistanceMatrix(int64_t rows, std::vector<float> condensed);

    /// Bytes that the matrix of so many rows takes.
    static int64_t bytes(int64_t rows);

    int64_t rows() const override { return rows_; }
    float largest() const override;
    void pass(const Take& take) const override;

    /// In the order given; none twice.
    DistanceMatrix select(std::span<const int64_t> rows) const override;
    std::vector<float> to(std::span<const int64_t> rows_K) const override;
    const DistanceMatrix* matrix() const override { return this; }

    /// 0 on the diagonal.
    float operator()(int64_t i, int64_t j) const
    {
        return i == j ? 0 : i < j ? values_[place(i, j)] : values_[place(j, i)];
    }

    /// The distances of row i to all rows.
    void row(int64_t i, std::span<float> out_N) const { block(i, 1, out_N); }

    /// The distances of rows [first, first + count) to all rows: faster than one row at a time,
    /// since neighbouring rows lie in the same cache lines above the diagonal.
    void block(int64_t first, int64_t count, std::span<float> out_CN) const;

    /// The distances of row i to rows i + 1 ... N - 1: every pair once.
    std::span<const float> beyond(int64_t i) const
    {
        return std::span(values_).subspan(place(i, i + 1), rows_ - i - 1);
    }

  private:
    /// i < j.
    int64_t place(int64_t i, int64_t j) const { return condensed_place(i, j, rows_); }

    int64_t rows_ = 0;
    std::vector<float> values_;
};

}  // namespace jetsmith::analysis
