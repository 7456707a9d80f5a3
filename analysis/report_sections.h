// SPDX-License-Identifier: Apache-2.0
// The sections of a report that are text, tables and pictures; each is empty when no run has what
// it needs.
#pragma once

#include <span>
#include <string>

#include "analysis/report_run.h"

namespace jetsmith::analysis {

/// Cards for one run, a table with a row per run for several; rules of the numbers below.
std::string headline_section(std::span<const ReportRun> runs);

/// Shares of each true class by decided class, for more than two classes.
std::string confusion_section(std::span<const ReportRun> runs);

/// The average image per class and the best and worst jets.
std::string image_section(std::span<const ReportRun> runs);

/// Config, data card and environment.
std::string provenance_section(std::span<const ReportRun> runs);

}  // namespace jetsmith::analysis
