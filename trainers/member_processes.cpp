// SPDX-License-Identifier: Apache-2.0
#include "trainers/member_processes.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>
#include <thread>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "core/stop_signal.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
constexpr int kUserErrorCode = 2;
constexpr std::chrono::milliseconds kPoll{20};

/// This very program, also where its file was replaced or removed since it started.
constexpr const char* kOwnProgram = "/proc/self/exe";

pid_t start(const ChildJob& job)
{
    std::vector<char*> argv{const_cast<char*>("jetsmith")};
    for (const auto& argument : job.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const int log = ::open(job.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (log < 0)
        throw RunError("{}: cannot be written (a folder that can be written is wanted). Free space, or "
                       "choose another --out.",
                       job.log.string());
    const pid_t child = ::fork();
    if (child == 0) {
        // Signals reach members through their parent, once; without it they stop by themselves.
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        ::setenv(kMemberVariable, "1", 1);
        ::execv(kOwnProgram, argv.data());
        ::dprintf(STDERR_FILENO, "the program cannot be started again (%s)\n",
                  std::strerror(errno));
        ::_exit(127);
    }
    ::close(log);
    if (child < 0)
        throw RunError("{}: no process could be started (one per member is wanted). Set "
                       "trainer.side_by_side lower.",
                       job.name);
    return child;
}

std::string last_line(const fs::path& path)
{
    std::string text = read_text(path);
    text.erase(text.find_last_not_of(" \n") + 1);
    text = text.substr(text.rfind('\n') + 1);
    const std::string own = "jetsmith: ";
    return text.starts_with(own) ? text.substr(own.size()) : text;
}

}  // namespace

void run_jobs(const std::vector<ChildJob>& jobs, int64_t at_once,
              const std::function<void(const ChildJob&)>& done)
{
    const StopSignals listening;
    std::map<pid_t, const ChildJob*> running;
    int asked = 0;
    const ChildJob* failed = nullptr;
    int failure = 0;
    for (size_t next = 0; next < jobs.size() || !running.empty();) {
        if (const int signal = stop_signal(); signal != asked) {
            asked = signal;
            for (const auto& [pid, job] : running) ::kill(pid, signal);
        }
        while (!failed && !asked && next < jobs.size() && std::ssize(running) < at_once) {
            running[start(jobs[next])] = &jobs[next];
            ++next;
        }
        if (running.empty()) break;
        int status = 0;
        const pid_t child = ::waitpid(-1, &status, WNOHANG);
        const auto found = running.find(child);
        if (found == running.end()) {
            std::this_thread::sleep_for(kPoll);
            continue;
        }
        const ChildJob& job = *found->second;
        running.erase(found);
        const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        if (code == 0) {
            done(job);
        } else if (!failed) {
            failed = &job;
            failure = code;
        }
    }
    if (asked)
        throw Stopped(asked, fmt::format("stopped by {}; what the members have done so far is saved. "
                                         "Give the same command to go on.",
                                         signal_name(asked)));
    if (!failed) return;
    if (failure == kUserErrorCode)
        throw UserError("{}: {}", failed->name, last_line(failed->log));
    throw RunError(
        "{}: {} (exit code {}; all it said: {}). The members that "
        "are done stay; give the same command to go on.",
        failed->name, last_line(failed->log), failure, failed->log.string());
}

}  // namespace jetsmith
