// SPDX-License-Identifier: Apache-2.0
// What looks wrong about data that can be read all the same.
#pragma once

#include <string>
#include <vector>

#include "datasets/data_card.h"

namespace jetsmith {

/// One sentence for each thing, in the grammar of core/errors.h, beginning with the key of the
/// split: rows that two splits share, and constituents whose energies [GeV], summed over a row, no
/// collider makes or no detector sees in half of the rows.
std::vector<std::string> data_warnings(const DataCard& card);

}  // namespace jetsmith
