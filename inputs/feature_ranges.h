// SPDX-License-Identifier: Apache-2.0
// Short forms of lists of features.
#pragma once

#include <string>
#include <vector>

namespace jetsmith::inputs {

/// "log(jets[0:3].pt)" stands for log(jets[0].pt), log(jets[1].pt) and log(jets[2].pt); ranges of
/// one text count together and must be equal. A text without a range stands for itself. `place`
/// leads the message of UserError.
std::vector<std::string> expand_ranges(const std::string& text, const std::string& place);

}  // namespace jetsmith::inputs
