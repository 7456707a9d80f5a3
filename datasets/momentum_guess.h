// SPDX-License-Identifier: Apache-2.0
// Which columns of a file look like the four-momenta of a row's constituents, by the names that
// publishers give them: a proposal for a person to check.
#pragma once

#include <string>

#include "datasets/hdf5/column_table.h"

namespace jetsmith {

/// A line `constituents: {...}` for the data section, of the longest collection that is complete.
/// Without one, where some column is an array per row, a comment that shows what has to be named.
/// Empty for files of single numbers.
std::string constituents_hint(const hdf5::Table& table);

}  // namespace jetsmith
