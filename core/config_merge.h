// SPDX-License-Identifier: Apache-2.0
// How one config changes another: a recipe its base, and `--set` the recipe.
#pragma once

#include <string>

#include "core/config_node.h"

namespace jetsmith {

/// Maps merge deeply, lists and scalars replace, and a section whose `type` changes is replaced
/// whole.
void merge(ConfigNode& into, const ConfigNode& from);

/// Applies `a.b=value`, the value being YAML, to a map. Throws UserError when the text is no such
/// thing, or `a` is no section.
void apply_override(ConfigNode& root, const std::string& text);

}  // namespace jetsmith
