// SPDX-License-Identifier: Apache-2.0
// Where the descents of k-medoids begin (medoids.h).
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/distance_matrix.h"
#include "core/random.h"

namespace jetsmith::analysis {

/// BUILD of PAM: each medoid is the best addition of all rows. O(k N^2).
std::vector<int64_t> built_medoids(const DistanceMatrix& distances, int64_t k);

/// LAB of FasterPAM: each medoid is the best addition among 10 + sqrt(N) random rows, judged on
/// these. O(k N). `key.row` counts the medoids.
std::vector<int64_t> lab_medoids(const DistanceMatrix& distances, int64_t k, RandomKey key);

/// Moves `count` of the rows, or all where there are fewer, chosen by the key, to the front.
void choose_rows(std::vector<int64_t>& rows, int64_t count, const RandomKey& key);

}  // namespace jetsmith::analysis
