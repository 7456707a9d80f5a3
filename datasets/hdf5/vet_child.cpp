// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/vet_child.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>

extern char** environ;

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using Kind = VetOutcome::Kind;

constexpr size_t kLongestLine = 1 << 20;

/// Takes the child's answers apart: lines of JSON; what is none means nothing.
class Listener {
  public:
    /// False when no line of ours is that long.
    bool hear(std::string_view bytes)
    {
        partial_ += bytes;
        size_t begin = 0;
        for (size_t end; (end = partial_.find('\n', begin)) != std::string::npos; begin = end + 1)
            note(std::string_view(partial_).substr(begin, end - begin));
        partial_.erase(0, begin);
        return partial_.size() < kLongestLine;
    }

    bool began() const { return began_; }
    const std::string& place() const { return place_; }
    const std::string& verdict() const { return verdict_; }
    const std::string& why() const { return why_; }

  private:
    void note(std::string_view line)
    {
        const auto answer = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
        const auto take = [&](const char* key, std::string& text) {
            if (answer.is_object() && answer.contains(key) && answer[key].is_string())
                text = answer[key].get<std::string>();
        };
        take("at", place_);
        take("verdict", verdict_);
        take("why", why_);
        began_ = true;
    }

    std::string partial_, place_, verdict_, why_;
    bool began_ = false;
};

/// Attributes and file actions of posix_spawn, released at the end.
struct SpawnSettings {
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;

    SpawnSettings()
    {
        ::posix_spawnattr_init(&attributes);
        ::posix_spawn_file_actions_init(&actions);
    }
    ~SpawnSettings()
    {
        ::posix_spawnattr_destroy(&attributes);
        ::posix_spawn_file_actions_destroy(&actions);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
};

/// The child's process id, its answers going to `out`; -1 with errno when it cannot be started. In
/// a process group of its own: Ctrl-C is for us, and a child that dies of it would look like
/// damage.
pid_t spawn(const fs::path& program, const fs::path& file, const VetLimits& limits, int out)
{
    SpawnSettings with;
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setflags(
        &with.attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setpgroup(&with.attributes, 0);
    ::posix_spawnattr_setsigmask(&with.attributes, &none);
    ::posix_spawnattr_setsigdefault(&with.attributes, &all);
    ::posix_spawn_file_actions_addopen(&with.actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&with.actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&with.actions, out, STDOUT_FILENO);
    std::array<std::string, 4> words{program.string(), file.string(),
                                     std::to_string(limits.memory_bytes),
                                     std::to_string(limits.cpu_seconds)};
    std::array<char*, 5> argv{};
    std::transform(words.begin(), words.end(), argv.begin(),
                   [](auto& word) { return word.data(); });
    pid_t child = -1;
    errno = ::posix_spawn(&child, program.c_str(), &with.actions, &with.attributes, argv.data(),
                          environ);
    return errno == 0 ? child : -1;
}

/// Listens until the child has closed its end; false when time is up or it talks nonsense.
bool listen(int in, Clock::time_point until, Listener& listener)
{
    std::array<char, 4096> buffer;
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
        if (left <= 0) return false;
        pollfd ready{in, POLLIN, 0};
        const int found = ::poll(&ready, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
        if (found <= 0) continue;  // a signal of ours, or time to look at the clock
        const ssize_t bytes = ::read(in, buffer.data(), buffer.size());
        if (bytes == 0) return true;  // closed
        if (bytes < 0 && errno != EINTR) return false;
        if (bytes > 0 && !listener.hear({buffer.data(), static_cast<size_t>(bytes)})) return false;
    }
}

/// False when time is up. Where another part of the program waited for all its children, there is
/// no status, and what the child said stands alone.
bool wait_for(pid_t child, Clock::time_point until, int& status)
{
    while (true) {
        const pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child || (ended < 0 && errno != EINTR)) return true;
        if (Clock::now() >= until) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
}

/// What the way in which the child ended says, where it gave no verdict.
VetOutcome without_verdict(int status, const VetLimits& limits, const Listener& listener)
{
    const auto outcome = [&](Kind kind, std::string reason) {
        return VetOutcome{kind, std::move(reason), listener.place()};
    };
    if (!WIFSIGNALED(status)) {
        const std::string reason = fmt::format("ended without a verdict (exit code {})",
                                               WIFEXITED(status) ? WEXITSTATUS(status) : -1);
        return outcome(listener.began() ? Kind::crashed : Kind::no_child, reason);
    }
    const int signal = WTERMSIG(status);
    if (signal == SIGXCPU)
        return outcome(Kind::unbounded, fmt::format("found no end in {} s", limits.cpu_seconds));
    constexpr std::array own{SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
    const bool by_itself = std::find(own.begin(), own.end(), signal) != own.end();
    return outcome(
        by_itself ? Kind::crashed : Kind::no_child,
        fmt::format("{} (signal {}, {})", by_itself ? "crashed" : "was ended from outside", signal,
                    ::strsignal(signal)));
}

}  // namespace

VetLimits vet_limits(int64_t file_bytes)
{
    return {(int64_t{512} << 20) + 16 * file_bytes, 10 + file_bytes / 2'000'000,
            std::chrono::seconds(60 + file_bytes / 1'000'000)};
}

VetOutcome run_vet_child(const fs::path& program, const fs::path& file, const VetLimits& limits)
{
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0)
        return {Kind::no_child, fmt::format("no pipe ({})", std::strerror(errno)), ""};
    const pid_t child = spawn(program, file, limits, pipe[1]);
    const int reason = errno;
    ::close(pipe[1]);
    if (child < 0) {
        ::close(pipe[0]);
        return {Kind::no_child, fmt::format("cannot be started ({})", std::strerror(reason)), ""};
    }
    Listener listener;
    const auto until = Clock::now() + limits.wall;
    const bool heard = listen(pipe[0], until, listener);
    ::close(pipe[0]);
    int status = 0;
    const bool ended = heard && wait_for(child, until, status);
    if (!ended) {
        ::kill(child, SIGKILL);
        wait_for(child, Clock::time_point::max(), status);
        return {Kind::unbounded, fmt::format("found no end in {} s", limits.wall.count() / 1000),
                listener.place()};
    }
    if (listener.verdict() == "whole") return {Kind::whole, "", listener.place()};
    if (listener.verdict() == "unreadable")
        return {Kind::unreadable, listener.why(), listener.place()};
    if (listener.verdict() == "refused") return {Kind::unbounded, listener.why(), listener.place()};
    return without_verdict(status, limits, listener);
}

fs::path vet_program()
{
    const std::string name = "jetsmith_vet";
    if (const char* chosen = std::getenv("JETSMITH_VET")) return chosen;
    std::error_code error;
    const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / name;
    if (fs::exists(beside, error)) return beside;
    Dl_info here{};
    if (::dladdr(reinterpret_cast<const void*>(&vet_limits), &here) == 0) return {};
    const fs::path installed = fs::absolute(here.dli_fname, error).parent_path() / "../bin" / name;
    return fs::exists(installed, error) ? installed.lexically_normal() : fs::path();
}

}  // namespace jetsmith::hdf5
