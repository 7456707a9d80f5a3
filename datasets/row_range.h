// SPDX-License-Identifier: Apache-2.0
// Rows of a file that lie side by side.
#pragma once

#include <cstdint>
#include <string>

namespace jetsmith {

/// Rows [begin, end) of a file; end -1: to its end. Negative numbers count from the end otherwise.
struct RowRange {
    int64_t begin = 0;
    int64_t end = -1;
};

/// The range with its ends resolved and checked against the rows of the file.
RowRange resolve(const RowRange& range, int64_t rows, const std::string& file);

}  // namespace jetsmith
