// SPDX-License-Identifier: Apache-2.0
// What makes a row unusable: inputs and weights that are NaN or infinite, labels that are no class,
// jets without constituents. Readers and inputs note what they meet; StoredRows stops at the first
// such row or leaves it out (data.on_bad_row), whether rows lie in memory or are streamed.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "datasets/event_store.h"
#include "datasets/expression.h"

namespace jetsmith {

/// Why a row cannot be used.
struct RowFault {
    std::string reason;   ///< under which it is counted: "NaN or infinity in 'x'"
    std::string message;  ///< what follows "<file>: row <number>"
};

/// Faults by the row's number in its file. Of several in one row the first that is noted counts.
using RowFaults = std::map<int64_t, RowFault>;

/// Notes the rows of a block (on the CPU, of one file) that cannot be used.
using RowJudge = std::function<void(const EventStore& block, RowFaults& faults)>;

/// `what`: "column 'x'"; value: NaN or infinite; in: what it is counted under.
RowFault not_a_number(const std::string& what, double value, const std::string& in);

/// The same of an expression, which may be to blame itself.
RowFault not_a_number(const Expression& expression, double value);

/// A label outside 0 ... classes - 1, or no whole number.
RowFault no_class(const std::string& what, double value, int64_t classes);

/// A row with one value per class of which none is above 0.
RowFault no_class_marked(const std::string& what);

/// A yes/no label `text`, called `name`, that is neither 0 nor 1.
RowFault neither_yes_nor_no(const std::string& name, const std::string& text, double value);

RowFault no_constituents();

/// True when none of the values is NaN or infinite.
bool all_finite(const float* values, int64_t count);

/// Notes rows of `block` with NaN or infinity in `values` (B, ...), called `name`. Whole numbers
/// and undefined tensors have none.
void judge_column(const EventStore& block, const at::Tensor& values, const std::string& name,
                  RowFaults& faults);

/// The same for the momenta of a collection of the block and for some of its columns. Slots that
/// hold no object are not looked at.
void judge_objects(const EventStore& block, const Collection& objects,
                   const std::vector<std::string>& columns, RowFaults& faults);

/// The block without the rows that have a fault. What remains in `faults` are rows of the block:
/// the others have been left out by a selection.
EventStore without_faults(const EventStore& block, RowFaults& faults);

/// "3 bad rows of train.h5 left out: NaN or infinity in 'x' (2), no constituents (1)".
/// reasons: rows of each, as in EventStore::left_out.
std::string left_out_text(const std::string& file, const std::map<std::string, int64_t>& reasons);

}  // namespace jetsmith
