// SPDX-License-Identifier: Apache-2.0
// The words of config errors, behind their place.
#pragma once

#include <string>
#include <vector>

#include "core/config.h"

namespace jetsmith::config_messages {

/// The text with blanks in the place of line breaks and other control characters.
std::string one_line(std::string text);

/// " Leave it out for the default, 10.", or where the key has none: the command that explains the
/// keys of its section, known by its path and reader ("model 'cnn'").
std::string way_out(const Declaration* option, const std::string& path, const std::string& owner);

/// About a key that must be there; one that nobody reads may be a misspelling of it.
std::string missing(const Declaration& option, const ConfigNode& section,
                    const std::vector<Declaration>& declared, const std::string& path,
                    const std::string& owner);

/// About a value that a check refuses; `wanted`: the words of the check, `otherwise`: of way_out().
std::string refused(const ConfigNode& value, const std::string& wanted,
                    const std::string& otherwise);

}  // namespace jetsmith::config_messages
