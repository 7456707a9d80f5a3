// SPDX-License-Identifier: Apache-2.0
#include "tests/support/run_program.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "tests/support/paths.h"
#include "tests/support/temp_folder.h"

namespace jetsmith::test {
namespace {

std::string program_path()
{
    const std::string path = program().string();
    ensure(!path.empty(), "JETSMITH_PROGRAM is not set: run the tests with ctest");
    return path;
}

/// A child process whose output goes to these files.
pid_t start(const std::string& path, const std::vector<std::string>& arguments,
            const std::string& folder, const std::string& out, const std::string& err)
{
    std::vector<char*> argv{const_cast<char*>(path.c_str())};
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    ensure(child >= 0, "fork failed");
    if (child == 0) {
        ::dup2(::open(out.c_str(), O_WRONLY), STDOUT_FILENO);
        ::dup2(::open(err.c_str(), O_WRONLY), STDERR_FILENO);
        if (!folder.empty() && ::chdir(folder.c_str()) != 0) ::_exit(126);
        ::execvp(path.c_str(), argv.data());
        ::_exit(127);
    }
    return child;
}

}  // namespace

pid_t start_program(const std::vector<std::string>& arguments)
{
    return start(program_path(), arguments, "", "/dev/null", "/dev/null");
}

ProgramResult run_program(const std::vector<std::string>& arguments, const std::string& folder)
{
    return run_other(program_path(), arguments, folder);
}

ProgramResult run_other(const std::string& path, const std::vector<std::string>& arguments,
                        const std::string& folder)
{
    const TempFolder output;
    const auto out = output.file("out", ""), err = output.file("err", "");
    const pid_t child = start(path, arguments, folder, out.string(), err.string());
    int status = 0;
    ::waitpid(child, &status, 0);
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {code, read_text(out), read_text(err)};
}

}  // namespace jetsmith::test
