// SPDX-License-Identifier: Apache-2.0
// Poisson bootstrap: every row enters a replica with a weight drawn from a Poisson distribution of
// mean 1. AUC and efficiencies are normalised to each class of the replica, so the classes are
// resampled independently (stratified). A weight depends on (seed, replica, row) alone: taggers on
// the same rows see the same replicas, which makes their differences paired.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/score_table.h"

namespace jetsmith::analysis {

/// Poisson(1) weights of rows 0 ... count - 1 in one replica.
std::vector<uint8_t> poisson_weights(int64_t count, uint64_t seed, uint32_t replica);

/// The figures of one tagger in every replica.
struct Replicas {
    std::vector<double> auc;
    std::vector<double> accuracy;  ///< empty where decisions are not defined
    /// [signal efficiency][replica]; 0 where no background row passes.
    std::vector<std::vector<double>> background_efficiency;
};

/// `sample` is one question to the table whose rows number `rows`; `right` are its
/// right_decisions or empty; efficiencies in (0, 1]. Replicas are spread over threads. A replica in
/// which a class has no positive sum of weights has NaN figures.
Replicas bootstrap(const BinarySample& sample, int64_t rows, std::span<const double> right,
                   std::span<const double> efficiencies, int64_t replicas, uint64_t seed);

/// Half the central 68.27 % interval of the values: one standard deviation of a normal
/// distribution, and not moved by a few far replicas. NaN values are left out; infinite ones count.
double central_half_width(std::vector<double> values);

/// The q-quantile (linear between order statistics), q in [0, 1]; NaN values are left out.
double quantile(std::vector<double> values, double q);

/// 1 / x for each value.
std::vector<double> inverse(std::span<const double> values);

/// A difference with its paired-bootstrap error.
struct Difference {
    double value = 0;
    double error = 0;
};

/// `value` measured on all rows; the error from the replicas of the two taggers.
Difference paired_difference(double value, std::span<const double> first,
                             std::span<const double> second);

}  // namespace jetsmith::analysis
