// SPDX-License-Identifier: Apache-2.0
// Rows that a user names on the command line: --rows 0:1000.
#pragma once

#include <string>

#include "datasets/row_range.h"

namespace jetsmith {

class RowChoice {
  public:
    /// text: "a:b", "a:" or ":b"; empty: all rows. option: what messages begin with, "--rows".
    /// Throws UserError when the text is no range.
    RowChoice(const std::string& option, std::string text);

    bool all() const { return text_.empty(); }
    const std::string& text() const { return text_; }
    const RowRange& range() const { return range_; }

  private:
    std::string text_;
    RowRange range_;
};

}  // namespace jetsmith
