// SPDX-License-Identifier: Apache-2.0
// The keys that every data type understands.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/config.h"
#include "datasets/expression.h"
#include "datasets/row_labels.h"
#include "datasets/split_options.h"
#include "datasets/stream_budget.h"

namespace jetsmith {

/// What a data type lets a row have: one class, or also several yes/no labels.
enum class RowKinds { class_alone, class_or_labels };

struct ReaderOptions {
    std::vector<RowLabel> labels;      ///< several yes/no labels per row instead of one class
    std::vector<std::string> classes;  ///< names of the classes, or of the labels
    SplitOptions splits;
    double unit = 1.0;  ///< of energies and momenta in the file, in GeV
    std::shared_ptr<const Expression> selection;
    int64_t max_constituents = 0;
    bool drop_bad_rows = false;  ///< else the first of them stops
    std::string weights;
    std::vector<std::string> observers;
    bool balanced = false;
    std::map<std::string, double> class_weights;
    std::vector<double> mixture;  ///< share of each class in training; empty: as they come
    std::shared_ptr<StreamBudget> stream;  ///< null: all rows lie in memory

    /// classes: names when the config gives none, in the order of the labels 0, 1, ...
    /// class_rule: of class_weights when the config gives none.
    ReaderOptions(Config& config, std::vector<std::string> classes,
                  std::string class_rule = "none", RowKinds kinds = RowKinds::class_alone);
};

}  // namespace jetsmith
