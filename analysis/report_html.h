// SPDX-License-Identifier: Apache-2.0
// One page about one or several runs: headline figures, ROC, scores, history, images, confusion
// matrix, config and environment. The page is a single file that loads nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jetsmith::analysis {

/// The HTML document. What a run folder does not hold is left out; without gnuplot the figures are
/// left out with a warning. Throws UserError for a path that is no run folder.
std::string report_html(const std::vector<std::filesystem::path>& runs);

/// The same into a file, replaced atomically. For a single run the figures are also written as
/// plots/<name>.svg in its folder.
void write_report(const std::vector<std::filesystem::path>& runs, const std::filesystem::path& out);

}  // namespace jetsmith::analysis
