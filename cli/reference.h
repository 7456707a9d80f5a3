// SPDX-License-Identifier: Apache-2.0
// The config reference, generated from the declarations that also read the config.
#pragma once

#include <string>
#include <vector>

#include "core/config.h"

namespace jetsmith::cli {

/// One component, or a section that names none ("run", "trainer", "evaluate", "emd").
struct ReferenceSection {
    std::string family;
    std::string name;
    std::vector<Declaration> options;
};

std::vector<ReferenceSection> reference_sections();

/// For the terminal: the name, and with `options` one line per key.
std::string reference_text(const ReferenceSection& section, bool options);

/// docs/config-reference.md, whole.
std::string reference_page();

}  // namespace jetsmith::cli
