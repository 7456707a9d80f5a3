// SPDX-License-Identifier: Apache-2.0
// gnuplot as a separate program, started without a shell.
#pragma once

#include <string>

namespace jetsmith::analysis {

/// Runs a gnuplot script and returns what it writes to stdout. The user's own gnuplot settings are
/// not read. Throws UserError when gnuplot is not on the PATH, fails, or writes no SVG.
std::string run_gnuplot(const std::string& script);

}  // namespace jetsmith::analysis
