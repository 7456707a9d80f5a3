// SPDX-License-Identifier: Apache-2.0
// Distances between all pairs of N events, wherever they are: in memory (distance_matrix.h), or in
// a file that is larger (streamed_distances.h). Values are float32: the certified gap of the fast
// tier (2e-6) is 30 times its rounding (6e-8). Sums over them are in double.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace jetsmith::analysis {

class DistanceMatrix;

class Distances {
  public:
    virtual ~Distances() = default;

    virtual int64_t rows() const = 0;

    /// The largest of them.
    virtual float largest() const = 0;

    /// The distances of row i to rows j, j + 1, ..., all above i.
    using Take = std::function<void(int64_t i, int64_t j, std::span<const float> values)>;

    /// Hands over every pair once, in the order of the file: i rises, and j for every i.
    virtual void pass(const Take& take) const = 0;

    /// The matrix of some rows, which rise.
    virtual DistanceMatrix select(std::span<const int64_t> rows) const = 0;

    /// The distances of every row to some, (N, K), K running fastest: features of a row.
    virtual std::vector<float> to(std::span<const int64_t> rows_K) const = 0;

    /// All of them, where they are in memory; else null.
    virtual const DistanceMatrix* matrix() const { return nullptr; }
};

}  // namespace jetsmith::analysis
