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

RowChoice::RowChoice(const std::string& option, std::string text) : text_(std::move(text))
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
            option, text_);
}

}  // namespace jetsmith
