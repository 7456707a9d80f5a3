// SPDX-License-Identifier: Apache-2.0
// Attributes that File does not read by itself: lists of texts, numbers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/hdf5/hdf5_file.h"

namespace jetsmith::hdf5 {

/// A text attribute with any number of elements; empty when it is absent or no text.
std::vector<std::string> read_texts(const File& file, const std::string& object,
                                    const char* attribute);

/// A scalar attribute of floating point.
std::optional<double> read_number(const File& file, const std::string& object,
                                  const char* attribute);

}  // namespace jetsmith::hdf5
