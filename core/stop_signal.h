// SPDX-License-Identifier: Apache-2.0
// Being asked to stop: SIGTERM, SIGINT and SIGUSR1 (what batch systems send before they kill) set a
// flag and nothing else; whoever works looks at it between two steps. A second SIGINT ends the
// process at once.
#pragma once

#include <signal.h>

#include <array>
#include <stdexcept>
#include <string>

namespace jetsmith {

/// Work ended early because a signal asked for it, everything saved. Exit code 128 + signal.
class Stopped : public std::runtime_error {
  public:
    Stopped(int signal, const std::string& message) : std::runtime_error(message), signal_(signal)
    {
    }
    int signal() const { return signal_; }

  private:
    int signal_;
};

/// Hears the signals during its life; those that came before keep their usual meaning, and so do
/// those after it. At most one at a time.
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

  private:
    static constexpr std::array kSignals{SIGTERM, SIGINT, SIGUSR1};
    std::array<struct sigaction, kSignals.size()> before_{};
};

/// The signal that asked to stop, 0 while none did. Safe from every thread.
int stop_signal();

/// Throws Stopped when one did.
void stop_when_asked();

/// "SIGTERM", "SIGINT", "SIGUSR1", or the number.
std::string signal_name(int signal);

}  // namespace jetsmith
