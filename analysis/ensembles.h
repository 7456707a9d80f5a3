// SPDX-License-Identifier: Apache-2.0
// Several trainings of one model as in the top-tagging comparison 1902.09914: the spread of single
// runs, and ensembles of their scores over all subsets of a given size.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace jetsmith::analysis {

struct Spread {
    double median = 0;
    double deviation = 0;  ///< standard deviation of the survivors (over N, as published); NaN for one
    int64_t kept = 0;      ///< number of survivors
    int64_t removed = 0;   ///< outliers
    bool lower_limit = false;  ///< the median is a lower limit
};

/// Median +- spread. Of five or more, values further than `cut` robust standard deviations (1.4826 times the median
/// absolute deviation) from the median are removed first; none are when that deviation is zero.
/// Infinite and NaN values count as removed. Throws UserError when nothing is left.
Spread robust_spread(std::span<const double> values, double cut = 3.0);

/// The same for values of which some are lower limits. Their spread is not known (NaN) and nothing
/// is removed; the median is a lower limit itself unless all limits lie above it.
Spread spread_with_limits(std::span<const double> values, const std::vector<bool>& is_limit,
                          double cut = 3.0);

double median(std::vector<double> values);

/// All subsets of `size` of the numbers 0 ... count - 1, in lexicographic order.
std::vector<std::vector<int>> subsets(int count, int size);

enum class Combine { mean, median };

/// Mean or median over runs of the scores of each row. Each span holds the scores of one run, all
/// of the same rows in the same order.
std::vector<double> combine_scores(std::span<const std::span<const double>> runs, Combine how);

struct EnsembleResult {
    Combine how = Combine::mean;
    int64_t size = 0;                ///< runs per ensemble
    int64_t combinations = 0;
    Spread auc;                      ///< of all combinations
    std::vector<Spread> rejections;  ///< per signal efficiency; median and spread, no outlier cut
};

/// Ensembles over all subsets of `size` runs: for nine runs and size six the 84 of 1902.09914.
/// signal (N,) 1 or 0; weights (N,) or empty. Subsets are spread over threads. Throws UserError
/// when size is not in [2, runs], or when there would be more than 10,000 subsets.
EnsembleResult evaluate_ensembles(std::span<const std::span<const double>> runs,
                                  std::span<const uint8_t> signal, std::span<const double> weights,
                                  Combine how, int size, std::span<const double> efficiencies);

/// Two thirds of the runs, rounded: six of nine, two of three.
int default_ensemble_size(int runs);

}  // namespace jetsmith::analysis
