// SPDX-License-Identifier: Apache-2.0
#include "analysis/neighbours.h"

#include <algorithm>
#include <utility>

#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith::analysis {
namespace {

constexpr int64_t kBlock = 16;  // rows at a time

using Found = std::vector<std::pair<float, int64_t>>;

/// The neighbours of one row go to their place; `left_out` is no neighbour (-1: all are).
void keep_nearest(Neighbours& neighbours, int64_t row, std::span<const float> distances,
                  int64_t left_out, Found& found)
{
    found.clear();
    for (int64_t other = 0; other < std::ssize(distances); ++other)
        if (other != left_out) found.emplace_back(distances[other], other);
    std::ranges::partial_sort(found, found.begin() + neighbours.k);
    for (int64_t n = 0; n < neighbours.k; ++n) {
        neighbours.distances_NK[row * neighbours.k + n] = found[n].first;
        neighbours.rows_NK[row * neighbours.k + n] = found[n].second;
    }
}

/// The k nearest rows of every row among those that it has met.
class NearestSoFar {
  public:
    NearestSoFar(int64_t rows, int64_t k) : k_(k), found_NK_(rows * k), count_N_(rows) {}

    void meet(int64_t row, float distance, int64_t other)
    {
        const auto first = found_NK_.begin() + row * k_;
        int64_t& count = count_N_[row];
        const std::pair candidate{distance, other};
        if (count == k_) {
            if (candidate >= *first) return;  // the farthest of them
            std::pop_heap(first, first + k_);
        } else {
            ++count;
        }
        first[count - 1] = candidate;
        std::push_heap(first, first + count);
    }

    /// The nearest first; the object is used up.
    void sort_into(Neighbours& neighbours)
    {
        for (int64_t row = 0; row < std::ssize(count_N_); ++row) {
            const auto first = found_NK_.begin() + row * k_;
            std::sort_heap(first, first + k_);
        }
        for (size_t n = 0; n < found_NK_.size(); ++n)
            neighbours.distances_NK[n] = found_NK_[n].first,
            neighbours.rows_NK[n] = found_NK_[n].second;
    }

  private:
    int64_t k_;
    Found found_NK_;
    std::vector<int64_t> count_N_;
};

Neighbours empty_neighbours(int64_t rows, int64_t k)
{
    return {k, std::vector<int64_t>(rows * k), std::vector<float>(rows * k)};
}

}  // namespace

Neighbours nearest_neighbours(const DistanceMatrix& distances, int64_t k)
{
    const int64_t rows = distances.rows();
    ensure(k >= 1 && k < rows, "k neighbours want k other rows");
    auto neighbours = empty_neighbours(rows, k);
    parallel_for(rows, kBlock, [&](int64_t begin, int64_t end) {
        std::vector<float> block((end - begin) * rows);
        distances.block(begin, end - begin, block);
        Found found;
        for (int64_t row = begin; row < end; ++row)
            keep_nearest(neighbours, row, std::span(block).subspan((row - begin) * rows, rows), row,
                         found);
    });
    return neighbours;
}

Neighbours streamed_neighbours(const Distances& distances, int64_t k)
{
    const int64_t rows = distances.rows();
    ensure(k >= 1 && k < rows, "k neighbours want k other rows");
    NearestSoFar nearest(rows, k);
    distances.pass([&](int64_t i, int64_t j, std::span<const float> values) {
        for (int64_t t = 0; t < std::ssize(values); ++t) {
            nearest.meet(i, values[t], j + t);
            nearest.meet(j + t, values[t], i);
        }
    });
    auto neighbours = empty_neighbours(rows, k);
    nearest.sort_into(neighbours);
    return neighbours;
}

Neighbours nearest_neighbours(std::span<const float> block_NM, int64_t columns, int64_t k)
{
    ensure(k >= 1 && k <= columns && std::ssize(block_NM) % columns == 0,
           "k neighbours want k columns, and whole rows");
    const int64_t rows = std::ssize(block_NM) / columns;
    auto neighbours = empty_neighbours(rows, k);
    parallel_for(rows, kBlock, [&](int64_t begin, int64_t end) {
        Found found;
        for (int64_t row = begin; row < end; ++row)
            keep_nearest(neighbours, row, block_NM.subspan(row * columns, columns), -1, found);
    });
    return neighbours;
}

std::vector<double> knn_scores(const Neighbours& neighbours, std::span<const uint8_t> signal_M,
                               Vote vote)
{
    const auto weight = [vote](double distance, double nearest) {
        if (vote == Vote::equal) return 1.0;
        return nearest > 0 ? nearest / distance : distance > 0 ? 0.0 : 1.0;
    };
    std::vector<double> scores;
    for (size_t first = 0; first < neighbours.rows_NK.size(); first += neighbours.k) {
        double signal = 0, all = 0;
        for (size_t n = first; n < first + neighbours.k; ++n) {
            const double w = weight(neighbours.distances_NK[n], neighbours.distances_NK[first]);
            all += w;
            if (signal_M[neighbours.rows_NK[n]]) signal += w;
        }
        scores.push_back(signal / all);
    }
    return scores;
}

}  // namespace jetsmith::analysis
