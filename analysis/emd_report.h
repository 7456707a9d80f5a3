// SPDX-License-Identifier: Apache-2.0
// What `jetsmith emd` says of its work.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/emd_run.h"

namespace jetsmith::analysis {

/// Stable form with "format_version": 1.
nlohmann::ordered_json emd_json(const EmdTask& task, const EmdOutcome& outcome,
                                const std::filesystem::path& out);

/// One line.
std::string emd_text(const EmdTask& task, const EmdOutcome& outcome,
                     const std::filesystem::path& out);

/// Warns of pairs without a distance. Throws UserError when no other is there.
void speak_of_failures(const EmdTask& task, const EmdOutcome& outcome,
                       const std::filesystem::path& out);

}  // namespace jetsmith::analysis
