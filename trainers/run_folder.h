// SPDX-License-Identifier: Apache-2.0
// The folder of a run: where everything about one training lies (docs/run-folder.md).
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/device.h"

namespace jetsmith {

/// Creates `folder`, or runs/<name>_<UTC time> when it is empty. Throws UserError when it already
/// holds a run, RunError when it cannot be created.
std::filesystem::path create_run_folder(const std::filesystem::path& folder,
                                        const std::string& name);

/// The facts that do not depend on the training: version, git state, time, hardware, libraries.
nlohmann::ordered_json environment_facts(const at::Device& device, const Precision& precision);

}  // namespace jetsmith
