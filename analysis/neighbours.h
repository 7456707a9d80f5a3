// SPDX-License-Identifier: Apache-2.0
// k nearest neighbours from distances, and what share of them is signal: a tagger without training.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/distance_matrix.h"

namespace jetsmith::analysis {

/// Of N rows, the nearest first; equal distances by row.
struct Neighbours {
    int64_t k = 0;
    std::vector<int64_t> rows_NK;
    std::vector<float> distances_NK;
};

/// Among all other rows of the matrix (leave-one-out). 1 <= k < N.
Neighbours nearest_neighbours(const DistanceMatrix& distances, int64_t k);

/// The same in one pass over the distances, for those that are not in memory; takes 28 N k bytes.
Neighbours streamed_neighbours(const Distances& distances, int64_t k);

/// Of N rows among M others: block_NM, row by row. 1 <= k <= M.
Neighbours nearest_neighbours(std::span<const float> block_NM, int64_t columns, int64_t k);

enum class Vote {
    equal,    ///< every neighbour counts once
    inverse,  ///< by 1 / distance; neighbours at distance 0, where there are any, count alone
};

/// The share of signal among the neighbours of each of N rows, between 0 and 1. `signal_M` holds 1
/// for signal and 0 for background, by the rows that the neighbours number.
std::vector<double> knn_scores(const Neighbours& neighbours, std::span<const uint8_t> signal_M,
                               Vote vote = Vote::equal);

}  // namespace jetsmith::analysis
