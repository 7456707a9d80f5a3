// SPDX-License-Identifier: Apache-2.0
// The pieces of a report's HTML: the frame with its style, sections, tables, figures. Texts given
// as `html` are markup, all others are escaped here.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace jetsmith::analysis {

/// The whole document around the sections.
std::string page(const std::string& title, const std::string& html);

/// Whether a file is such a document.
bool is_page(const std::filesystem::path& path);

/// A heading and what belongs to it; empty when there is nothing.
std::string section(const std::string& heading, const std::string& html);

/// A figure with its caption. `alt` tells a screen reader what is drawn.
std::string figure(const std::string& html, const std::string& caption, const std::string& alt);

/// Figures side by side where there is room.
std::string grid(const std::string& html);

/// Cells are HTML; the first column is left-aligned, numbers to the right. Scrolls by itself when
/// the screen is narrower.
std::string table(const std::vector<std::string>& header,
                  const std::vector<std::vector<std::string>>& rows);

/// A closed fold with a summary line.
std::string fold(const std::string& summary, const std::string& html);

std::string preformatted(const std::string& text);

/// "1/eps_B at eps_S = 0.3" in HTML for "rejection@0.3"; other names as they are, escaped.
std::string metric_name_html(const std::string& name);

}  // namespace jetsmith::analysis
