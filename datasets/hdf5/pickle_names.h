// SPDX-License-Identifier: Apache-2.0
// Column names out of a pickled Python list of texts, without running the pickle: a pickle is a
// program, and a data file has no business executing one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace jetsmith::hdf5 {

/// The texts of a list that was pickled with protocol 0 (PyTables writes no other), in order;
/// integers become their decimal form. Empty when the bytes hold anything but one such list.
std::vector<std::string> pickled_names(std::string_view bytes);

}  // namespace jetsmith::hdf5
