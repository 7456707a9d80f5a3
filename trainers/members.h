// SPDX-License-Identifier: Apache-2.0
// Runs that belong together: several seeds of one model (trainer.repeat), the folds of a
// cross-validation (folds), the values of a scan (scan). Each member is an ordinary run, trained by
// a process of its own, side by side with others where they fit; its folder can be evaluated,
// reported and trained again like any other.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/config_node.h"

namespace jetsmith {

/// One run of several.
struct Member {
    std::string folder;  ///< below members/: "latent_6_seed_2", "fold_0"
    std::string name;    ///< row of tables
    int64_t seed = 1;
    std::vector<std::string> set;               ///< settings that make it of the whole config
    std::map<std::string, std::string> values;  ///< of the scanned keys
};

/// The members that a config asks for, in the order of its lists; none for a single run. Throws
/// UserError for a scan of nothing and for folds together with a scan or with repeats.
std::vector<Member> members_of(const ConfigNode& root);

/// What was asked for on the command line.
struct RunRequest {
    std::filesystem::path config;  ///< empty with `resume`: the config of that run
    std::vector<std::string> set;
    std::filesystem::path out, resume;  ///< at most one of them
};

/// Trains the run, or all its members, and returns its folder. A folder of members that was left
/// unfinished is taken up again, by `out` or `resume`: members that are done stay, others go on.
std::filesystem::path train(const RunRequest& request);

/// check_run() of the run or of its first member.
std::string check(const RunRequest& request);

}  // namespace jetsmith
