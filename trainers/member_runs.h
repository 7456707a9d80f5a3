// SPDX-License-Identifier: Apache-2.0
// Trains the members of a run and puts together what they found. Folder of such a run:
//   config.yaml      the whole config with every value in force
//   metadata.json    name, kind ("repeat", "folds" or "scan"), members [{folder, name, seed,
//   values}] members/<x>/     an ordinary run; members/<x>.txt: what its process printed
//   predictions.h5, metrics.json, roc.csv   folds only: every row by the member that did not see it
//   report.html
#pragma once

#include <filesystem>
#include <vector>

#include "trainers/members.h"

namespace jetsmith {

std::filesystem::path train_members(const RunRequest& request, const ConfigNode& root,
                                    const std::vector<Member>& members);

}  // namespace jetsmith
