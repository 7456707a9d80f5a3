// SPDX-License-Identifier: Apache-2.0
// File and line for messages of parts that know the name of a key but not where it stands.
#pragma once

#include <functional>
#include <string>

#include "core/config_node.h"

namespace jetsmith {

/// A message that begins with a key of the config, such as "data.val: ...", with "file:line: "
/// before it: of that key, or of the nearest section above it that is there. Messages about anything
/// else than a section of `root` stay as they are.
std::string with_place(const ConfigNode& root, const std::string& message);

/// Runs `work`; a UserError of it leaves with_place().
void naming_places(const ConfigNode& root, const std::function<void()>& work);

}  // namespace jetsmith
