// SPDX-License-Identifier: Apache-2.0
// Amounts of memory as people write them.
#pragma once

#include <cstdint>
#include <string>

namespace jetsmith {

/// "512 MB" -> 512,000,000; "2 GiB" -> 2,147,483,648; throws UserError that begins with `place`.
int64_t parse_bytes(const std::string& text, const std::string& place);

/// "512 MB".
std::string bytes_text(int64_t bytes);

}  // namespace jetsmith
