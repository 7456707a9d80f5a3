// SPDX-License-Identifier: Apache-2.0
// Rows that a user names on the command line: --rows 0:1000.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

#include "datasets/file_rows.h"

namespace jetsmith {

class RowChoice {
  public:
    /// text: "a:b", "a:" or ":b"; empty: all rows. option: what messages begin with, "--rows".
    /// Throws UserError when the text is no range.
    RowChoice(std::string option, std::string text);

    /// Positions of the chosen rows among rows that were read: int64. source_rows_B: their numbers
    /// in the file, int64, not empty. Throws UserError when none of them is chosen.
    at::Tensor among(const at::Tensor& source_rows_B) const;

    bool all() const { return text_.empty(); }
    const std::string& text() const { return text_; }

  private:
    std::string option_, text_;
    RowRange range_;
};

}  // namespace jetsmith
