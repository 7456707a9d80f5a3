// SPDX-License-Identifier: Apache-2.0
// Several independent yes/no labels per row ("has a top", "has a Higgs boson"), as the key `labels`
// of a data section gives them: a list of columns of 0 and 1, or a map {name: expression}.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/config.h"
#include "datasets/event_store.h"
#include "datasets/expression.h"
#include "datasets/row_judge.h"

namespace jetsmith {

struct RowLabel {
    std::string name;
    std::shared_ptr<const Expression> expression;  ///< 1 or 0 in every row
};

/// Declares and reads the key; empty when it is absent. Throws UserError for names given twice.
std::vector<RowLabel> read_row_labels(Config& config);

std::vector<std::string> names_of(const std::vector<RowLabel>& labels);

/// True when the store has every column that the labels look at.
bool can_label(const EventStore& store, const std::vector<RowLabel>& labels);

/// targets_BL of a store on the CPU, of one file. `faults` gets the rows in which a label is
/// neither 0 nor 1. Throws UserError that names the column that the store does not have.
at::Tensor row_targets(const EventStore& store, const std::vector<RowLabel>& labels,
                       RowFaults& faults);

}  // namespace jetsmith
