// SPDX-License-Identifier: Apache-2.0
// What is said about a command line that cannot be understood.
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace jetsmith::cli {

/// One sentence in the grammar of core/errors.h: the verb, what is wrong with which argument, what
/// is wanted, the nearest name or where to look.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

/// A message about a key of the section evaluate, which verbs have as an option: "evaluate.signal:
/// ..." becomes "--signal: ...". Others stay as they are.
std::string as_option(const std::string& message);

}  // namespace jetsmith::cli
