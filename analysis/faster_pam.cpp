// SPDX-License-Identifier: Apache-2.0
#include "analysis/faster_pam.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "analysis/least_sums.h"

namespace jetsmith::analysis {
namespace {

/// A swap must lower the cost by more than the sums are rounded, or the descent could go in
/// circles.
constexpr double kLeastGain = 1e-10;  // of the cost

constexpr int64_t kBlock = 16;  // rows whose distances are fetched together

}  // namespace

FasterPam::FasterPam(const DistanceMatrix& distances, std::vector<int64_t> medoids)
    : distances_(distances),
      rows_(distances.rows()),
      medoids_(std::move(medoids)),
      nearest_N_(rows_),
      second_N_(rows_),
      block_CN_(kBlock * rows_),
      order_N_(rows_),
      near_N_(rows_),
      far_N_(rows_),
      tried_N_(rows_)
{
    for (const int64_t medoid : medoids_) distances_.row(medoid, to_medoid_KN_.emplace_back(rows_));
    for (int64_t row = 0; row < rows_; ++row) find_nearest(row);
    sort_by_cluster();
}

void FasterPam::find_nearest(int64_t row)
{
    int64_t nearest = 0, second = -1;
    for (int64_t m = 1; m < std::ssize(medoids_); ++m) {
        const float distance = to_medoid_KN_[m][row];
        if (distance < to_medoid_KN_[nearest][row])
            second = std::exchange(nearest, m);
        else if (second < 0 || distance < to_medoid_KN_[second][row])
            second = m;
    }
    nearest_N_[row] = nearest, second_N_[row] = second;
}

void FasterPam::sort_by_cluster()
{
    begin_K1_.assign(medoids_.size() + 1, 0);
    for (const int64_t m : nearest_N_) ++begin_K1_[m + 1];
    std::partial_sum(begin_K1_.begin(), begin_K1_.end(), begin_K1_.begin());
    auto next = begin_K1_;
    for (int64_t row = 0; row < rows_; ++row) {
        const int64_t place = next[nearest_N_[row]]++;
        order_N_[place] = static_cast<int32_t>(row);
        near_N_[place] = to_medoid_KN_[nearest_N_[row]][row];
        far_N_[place] = second_N_[row] < 0 ? std::numeric_limits<float>::infinity()
                                           : to_medoid_KN_[second_N_[row]][row];
    }
}

double FasterPam::cost() const { return std::accumulate(near_N_.begin(), near_N_.end(), 0.0); }

std::span<const float> FasterPam::distances_of(int64_t row)
{
    if (block_begin_ < 0 || row < block_begin_ || row >= block_begin_ + kBlock) {
        block_begin_ = row / kBlock * kBlock;
        distances_.block(block_begin_, std::min(kBlock, rows_ - block_begin_), block_CN_);
    }
    return std::span(block_CN_).subspan((row - block_begin_) * rows_, rows_);
}

FasterPam::Change FasterPam::best_swap(std::span<const float> candidate_N)
{
    for (int64_t place = 0; place < rows_; ++place) tried_N_[place] = candidate_N[order_N_[place]];
    // With the candidate a row costs min(tried, near); if its medoid leaves, min(tried, far).
    Change change{std::numeric_limits<double>::infinity(), 0};
    double cost = 0;
    for (int64_t m = 0; m < std::ssize(medoids_); ++m) {
        const int64_t begin = begin_K1_[m];
        const auto sums = least_sums(tried_N_.data() + begin, near_N_.data() + begin,
                                     far_N_.data() + begin, begin_K1_[m + 1] - begin);
        cost += sums.near;
        if (sums.far - sums.near < change.cost) change = {sums.far - sums.near, m};
    }
    change.cost += cost;
    return change;
}

void FasterPam::swap(int64_t medoid, int64_t row)
{
    medoids_[medoid] = row;
    std::ranges::copy(distances_of(row), to_medoid_KN_[medoid].begin());
    for (int64_t other = 0; other < rows_; ++other) find_nearest(other);
    sort_by_cluster();
}

bool FasterPam::is_medoid(int64_t row) const
{
    return std::ranges::find(medoids_, row) != medoids_.end();
}

double FasterPam::enough() const { return cost() * (1 - kLeastGain); }

void FasterPam::descend()
{
    double wanted = enough();
    int64_t row = 0;
    for (int64_t tried = 0; tried < rows_; ++tried, row = (row + 1) % rows_) {
        if (is_medoid(row)) continue;
        const Change change = best_swap(distances_of(row));
        if (!(change.cost < wanted)) continue;
        swap(change.medoid, row);
        wanted = enough();
        tried = 0;
    }
}

void FasterPam::descend_steepest()
{
    for (;;) {
        Change best{enough(), 0};
        int64_t best_row = -1;
        for (int64_t row = 0; row < rows_; ++row) {
            if (is_medoid(row)) continue;
            const Change change = best_swap(distances_of(row));
            if (change.cost < best.cost) best = change, best_row = row;
        }
        if (best_row < 0) return;
        swap(best.medoid, best_row);
    }
}

}  // namespace jetsmith::analysis
