// SPDX-License-Identifier: Apache-2.0
// What the names of an expression mean in a store:
//   met                a column of one number per row; also source_row
//   jets[0].pt         of the first object of a collection; NaN in rows that have none
//   count(jets)        how many objects a row has
//   sum(jets.btag)     over all objects of a row; 0 where there is none
// Objects have the columns of the collection and energy, px, py, pz; where the file does not give
// them, pt, eta, phi and mass are made of these.
#pragma once

#include <string>
#include <vector>

#include "core/row_program.h"
#include "datasets/event_store.h"
#include "datasets/expression.h"

namespace jetsmith {

/// An expression bound to the columns of a store. Throws UserError that begins with `place` and has the nearest name for names that the store does
/// not have.
RowProgram bind(const Expression& expression, const EventStore& store,
                     const std::string& place);

/// The value in every row of a store on the CPU. Throws as bind() does.
std::vector<double> evaluate(const Expression& expression, const EventStore& store,
                             const std::string& place);

/// True when every name has a meaning in the store.
bool can_evaluate(const Expression& expression, const EventStore& store);

}  // namespace jetsmith
