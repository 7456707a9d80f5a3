// SPDX-License-Identifier: Apache-2.0
// The page of a run with members: one table over all, a plot for a scan, and the way to each
// member.
#pragma once

#include <filesystem>
#include <vector>

namespace jetsmith::analysis {

/// The folders of the members where `folder` is a run that has members and no predictions of its
/// own (a repeat, a scan); else `folder` alone.
std::vector<std::filesystem::path> member_folders(const std::filesystem::path& folder);

/// The same whether or not the run has predictions of its own: what can be evaluated.
std::vector<std::filesystem::path> trained_folders(const std::filesystem::path& folder);

/// report.html, table.md and, for a scan, plots/scan.svg in `folder`. Throws UserError for a
/// folder without members.
void write_members_report(const std::filesystem::path& folder);

}  // namespace jetsmith::analysis
