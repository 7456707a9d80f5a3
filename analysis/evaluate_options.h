// SPDX-License-Identifier: Apache-2.0
// The `evaluate:` section of a run: which figures of merit, at which working points.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/metric.h"
#include "core/config.h"

namespace jetsmith {

struct EvaluateOptions {
    std::vector<double> signal_efficiencies{0.3, 0.5};
    std::string signal;         ///< class name; empty: the last of two classes
    int64_t bootstrap = 0;      ///< replicas; 0: analytic errors only
    uint64_t seed = 1;          ///< of the bootstrap; set by the caller from the run's seed
    std::vector<std::shared_ptr<const Metric>> metrics;  ///< never empty

    /// All defaults.
    EvaluateOptions();

    /// Declares and reads the section; every `metrics:` item goes through Registry<Metric>.
    explicit EvaluateOptions(Config& config);

    /// Label of the signal class; 1 for two classes and -1 (each class in turn) for more when none
    /// is named. Throws UserError when the name is none of the table's classes.
    int64_t signal_label(const ScoreTable& table) const;
};

/// The values of all metrics of the options, in order. Throws UserError as Metric::values does.
std::vector<Measured> measure(const ScoreTable& table, const EvaluateOptions& options);

}  // namespace jetsmith
