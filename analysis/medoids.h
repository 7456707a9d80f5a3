// SPDX-License-Identifier: Apache-2.0
// k-medoids: the k of N events that represent all best, in the sense of the least sum of the
// distances of every event to its nearest medoid. Needs distances alone, which may violate the
// triangle inequality.
//   PAM        L. Kaufman, P. J. Rousseeuw, Finding Groups in Data, Wiley 1990, ch. 2: the best of
//              all swaps first. One descent is PAM's: the result never costs more.
//   FasterPAM  E. Schubert, P. J. Rousseeuw, Information Systems 101 (2021) 101804
//              (arXiv 2008.05171): every swap that lowers the cost is made at once.
//   CLARA      Kaufman and Rousseeuw, ch. 3: medoids of random samples, judged on all events.
// The result depends on distances, options and seed alone, not on the number of threads. Of rows
// that are equally good at a step the lowest is taken.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/distance_matrix.h"

namespace jetsmith::analysis {

struct MedoidOptions {
    int64_t k = 5;
    uint64_t seed = 1;
    int64_t restarts = 10;  ///< descents, of which the best counts: one PAM, then FasterPAM
};

struct Medoids {
    std::vector<int64_t> rows_K;     ///< the largest cluster first, equal ones by row
    std::vector<int64_t> cluster_N;  ///< index into rows_K; a medoid lies in its own cluster
    std::vector<float> distance_N;   ///< to the medoid of the cluster
    double cost = 0;                 ///< sum of distance_N

    std::vector<int64_t> sizes_K() const;
    std::vector<double> mean_distances_K() const;  ///< within each cluster
};

/// O(N^2) a pass over all rows, and a few passes each descent. k = 1 is exact. k must
/// lie between 1 and the number of rows.
Medoids k_medoids(const DistanceMatrix& distances, const MedoidOptions& options);

struct SampleOptions {
    int64_t samples = 5;  ///< random subsets
    int64_t size = 2000;  ///< of each; at least k
};

/// CLARA for rows, rising, whose matrix would be too large: the result numbers them from 0. Asks
/// for the matrix of each sample and for the distances to its medoids. Each sample holds the best
/// medoids so far.
Medoids sampled_medoids(const Distances& distances, std::span<const int64_t> rows,
                        const MedoidOptions& options, const SampleOptions& samples = {});

}  // namespace jetsmith::analysis
