// SPDX-License-Identifier: Apache-2.0
// Config trees as YAML text; to_yaml is declared in config_node.h.
#pragma once

#include <string>

#include "core/config_node.h"

namespace jetsmith {

/// The value as one line of flow YAML that parse_yaml reads back to an equal one.
std::string flow_yaml(const ConfigNode& node);

}  // namespace jetsmith
