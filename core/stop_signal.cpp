// SPDX-License-Identifier: Apache-2.0
#include "core/stop_signal.h"

#include <unistd.h>

#include <atomic>

#include "core/errors.h"

namespace jetsmith {
namespace {

std::atomic<int> received{0};
static_assert(std::atomic<int>::is_always_lock_free);  // or a handler must not touch it
std::atomic<bool> listening{false};

extern "C" void on_signal(int signal)
{
    if (signal == SIGINT && received.load() == SIGINT) ::_exit(128 + SIGINT);
    received.store(signal);
}

}  // namespace

StopSignals::StopSignals()
{
    ensure(!listening.exchange(true), "two listen for signals");
    received.store(0);
    struct sigaction action = {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;  // reading and writing go on
    ::sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &action, &before_[i]);
}

StopSignals::~StopSignals()
{
    for (size_t i = 0; i < kSignals.size(); ++i) ::sigaction(kSignals[i], &before_[i], nullptr);
    received.store(0);
    listening.store(false);
}

int stop_signal() { return received.load(); }

void stop_when_asked()
{
    if (const int signal = stop_signal()) throw Stopped(signal, "stopped by " + signal_name(signal));
}

std::string signal_name(int signal)
{
    switch (signal) {
        case SIGTERM: return "SIGTERM";
        case SIGINT: return "SIGINT";
        case SIGUSR1: return "SIGUSR1";
        default: return "signal " + std::to_string(signal);
    }
}

}  // namespace jetsmith
