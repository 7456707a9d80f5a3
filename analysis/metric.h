// SPDX-License-Identifier: Apache-2.0
// One figure of merit, registered by name (family "metric"), for validation during training and
// for evaluation. The conventions of all of them are stated in docs and printed with the numbers.
#pragma once

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "analysis/score_table.h"
#include "core/registry.h"

namespace jetsmith {

struct EvaluateOptions;

/// A number with everything needed to quote it.
struct Measured {
    std::string name;  ///< stable: "auc", "accuracy", "rejection@0.3", "auc[top]"
    double value = std::numeric_limits<double>::quiet_NaN();
    double error = std::numeric_limits<double>::quiet_NaN();  ///< one sigma; NaN when unknown
    bool lower_limit = false;        ///< `value` is a 95 % lower limit and has no error
    bool higher_is_better = true;
    std::string rule = {};           ///< convention behind value and error
    std::map<std::string, double> details = {};  ///< "background_rows", "threshold", "bootstrap_error"
};

class Metric {
  public:
    virtual ~Metric() = default;

    /// The first value is the headline, by which models may be selected. Throws UserError when
    /// the table has no labels, a class is missing or a score is NaN.
    virtual std::vector<Measured> values(const ScoreTable& table,
                                         const EvaluateOptions& options) const = 0;
};

template <>
struct Family<Metric> {
    static constexpr auto name = "metric";
    using Make = std::unique_ptr<Metric>();
};

}  // namespace jetsmith
