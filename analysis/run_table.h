// SPDX-License-Identifier: Apache-2.0
// The comparison table as text: aligned for the terminal, Markdown, LaTeX, CSV or JSON.
//
// JSON (format_version 1): content "table", signal_efficiencies, rejection_rule, bootstrap
// (replicas of the paired differences), rows [{name, group, runs, test_rows, auc {value, error,
// lower_limit}, accuracy {...}, rejections [{signal_efficiency, ...}], error_kind "statistical" or
// "spread over runs" (of the AUC; where all runs give the same number, its error is statistical),
// parameters, train_rate {value, unit}, difference {to, auc, accuracy, rejections}, ensembles
// [...]}], notes. With several classes or yes/no labels also "auc[top]", ... beside each auc.
// Unknown numbers are null.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "analysis/comparison.h"
#include "analysis/text_tables.h"

namespace jetsmith::analysis {

TextTable table_text(const Comparison& comparison);

/// Differences to the first row; nothing where there is none.
std::optional<TextTable> difference_text(const Comparison& comparison);

nlohmann::ordered_json table_json(const Comparison& comparison);

/// Bare numbers, one column for each value and one for each error.
TextTable table_numbers(const Comparison& comparison);

/// "text", "md", "tex", "csv" or "json". Throws UserError for another format. CSV holds bare
/// numbers: one column for each value and one for each error.
std::string format_table(const Comparison& comparison, const std::string& format);

/// Aligned text for finished runs, without paired differences.
std::string run_table_text(const std::vector<std::filesystem::path>& runs);

}  // namespace jetsmith::analysis
