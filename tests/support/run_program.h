// SPDX-License-Identifier: Apache-2.0
// The program as a user runs it.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace jetsmith::test {

struct ProgramResult {
    int exit_code = -1;  ///< 128 + n when a signal n ended it
    std::string out;
    std::string err;
};

/// Runs jetsmith with these arguments and waits for it. `folder`: working directory, empty for the
/// current one.
ProgramResult run_program(const std::vector<std::string>& arguments,
                          const std::string& folder = "");

/// The same for any program: a path, or a name to be looked for in PATH.
ProgramResult run_other(const std::string& program, const std::vector<std::string>& arguments,
                        const std::string& folder = "");

/// Starts jetsmith in the background, its output thrown away. Wait for it with waitpid.
pid_t start_program(const std::vector<std::string>& arguments);

}  // namespace jetsmith::test
