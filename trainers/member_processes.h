// SPDX-License-Identifier: Apache-2.0
// Child processes of this program, some at a time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace jetsmith {

/// Set in the environment of child processes.
inline constexpr char kMemberVariable[] = "JETSMITH_MEMBER";

/// One run of this program.
struct ChildJob {
    std::string name;  ///< for messages
    std::vector<std::string> arguments;
    std::filesystem::path log;  ///< takes its stdout and stderr
};

/// Runs all jobs, `at_once` of them side by side, and calls done(job) after each that succeeds.
/// After a failure no further one starts; once the others have ended, UserError (exit code 2) or
/// RunError with the last line that the failed one printed.
void run_jobs(const std::vector<ChildJob>& jobs, int64_t at_once,
              const std::function<void(const ChildJob&)>& done);

}  // namespace jetsmith
