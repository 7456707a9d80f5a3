// SPDX-License-Identifier: Apache-2.0
// Which program this is.
#pragma once

#include <string>

namespace jetsmith {

/// "0.1.0"
std::string program_version();

/// The commit it was built from, as git describes it; may be empty.
std::string program_commit();

}  // namespace jetsmith
