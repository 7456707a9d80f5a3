// SPDX-License-Identifier: Apache-2.0
#include "datasets/row_choice.h"

#include <charconv>

#include "core/errors.h"

namespace jetsmith {
namespace {

bool parse_number(std::string_view text, int64_t& value)
{
    if (text.empty()) return true;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && rest == text.data() + text.size() && value >= 0;
}

}  // namespace

RowChoice::RowChoice(std::string option, std::string text)
    : option_(std::move(option)), text_(std::move(text))
{
    if (all()) return;
    const auto colon = text_.find(':');
    const std::string_view whole = text_;
    if (colon == std::string::npos || !parse_number(whole.substr(0, colon), range_.begin) ||
        !parse_number(whole.substr(colon + 1), range_.end) ||
        (range_.end >= 0 && range_.begin >= range_.end))
        throw UserError(
            "{}: '{}' is no range of rows (wanted first:behind, such as 0:1000). "
            "Rows count from 0 in each file.",
            option_, text_);
}

at::Tensor RowChoice::among(const at::Tensor& source_rows_B) const
{
    auto chosen = source_rows_B.ge(range_.begin);
    if (range_.end >= 0) chosen = chosen.logical_and(source_rows_B.lt(range_.end));
    const auto kept = chosen.nonzero().squeeze(1);
    if (kept.size(0) == 0)
        throw UserError(
            "{}: '{}' holds none of the {} rows that were read (numbers {} to {}). "
            "Choose other rows.",
            option_, text_, source_rows_B.size(0), source_rows_B.min().item<int64_t>(),
            source_rows_B.max().item<int64_t>());
    return kept;
}

}  // namespace jetsmith
