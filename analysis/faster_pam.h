// SPDX-License-Identifier: Apache-2.0
// The descents of k-medoids (medoids.h): from given medoids to a choice that no single swap
// betters.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/distance_matrix.h"

namespace jetsmith::analysis {

class FasterPam {
  public:
    /// `medoids`: at least one, all different.
    FasterPam(const DistanceMatrix& distances, std::vector<int64_t> medoids);

    /// Tries rows in turn, from the first on, and swaps at once, until none of N in a row lowers
    /// the cost.
    void descend();

    /// Swaps the best of all pairs while that lowers the cost, as PAM does.
    void descend_steepest();

    const std::vector<int64_t>& medoids() const { return medoids_; }
    double cost() const;

  private:
    struct Change {
        double cost = 0;     ///< after the swap
        int64_t medoid = 0;  ///< that would leave
    };

    void find_nearest(int64_t row);
    void sort_by_cluster();
    std::span<const float> distances_of(int64_t row);
    Change best_swap(std::span<const float> candidate_N);
    void swap(int64_t medoid, int64_t row);
    bool is_medoid(int64_t row) const;
    double enough() const;

    const DistanceMatrix& distances_;
    int64_t rows_;
    std::vector<int64_t> medoids_;
    std::vector<std::vector<float>> to_medoid_KN_;
    std::vector<int64_t> nearest_N_, second_N_;  ///< index into medoids_; second: -1 when k = 1
    std::vector<float> block_CN_;                ///< distances of rows [block_begin_, ...)
    int64_t block_begin_ = -1;
    // Rows cluster by cluster, so that the sums of each are plain loops.
    std::vector<int32_t> order_N_;
    std::vector<int64_t> begin_K1_;
    std::vector<float> near_N_, far_N_, tried_N_;  ///< in that order: nearest, second, candidate
};

}  // namespace jetsmith::analysis
