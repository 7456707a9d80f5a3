// SPDX-License-Identifier: Apache-2.0
// Distances between all pairs of N events in memory, from a condensed file (distance_file.h).
// Values are held as float32: the certified gap of the fast tier (2e-6) is 30 times its
// rounding (6e-8), and N = 10,000 events then take 0.2 GB. Sums over them are in double.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace jetsmith::analysis {

class DistanceMatrix {
  public:
    DistanceMatrix() = default;

    /// `condensed`: N (N - 1) / 2 values in the order of the file.
    DistanceMatrix(int64_t rows, std::vector<float> condensed);

    int64_t rows() const { return rows_; }

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

    /// The matrix of some rows, in the order given; none twice.
    DistanceMatrix select(std::span<const int64_t> rows) const;

  private:
    /// i < j.
    int64_t place(int64_t i, int64_t j) const { return i * rows_ - i * (i + 1) / 2 + j - i - 1; }

    int64_t rows_ = 0;
    std::vector<float> values_;
};

struct DistanceFile {
    std::string name;  ///< path as messages show it
    DistanceMatrix matrix;
    std::vector<int64_t> source_rows_N;  ///< row of the input
    std::string settings;                ///< JSON text: how the distances were made
};

/// Throws UserError when the file holds no finished condensed matrix, when a pair has no number
/// (with the first such pair and how many there are), and for negative or infinite distances.
DistanceFile read_distances(const std::filesystem::path& path);

}  // namespace jetsmith::analysis
