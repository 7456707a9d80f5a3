// SPDX-License-Identifier: Apache-2.0
#include "core/stop_signal.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jetsmith {
namespace {

TEST(StopSignals, SetAFlagThatNamesTheSignal)
{
    for (const int signal : {SIGTERM, SIGUSR1, SIGINT}) {
        const StopSignals listening;
        EXPECT_EQ(stop_signal(), 0);
        ::raise(signal);
        EXPECT_EQ(stop_signal(), signal) << signal_name(signal);
    }
    EXPECT_EQ(stop_signal(), 0) << "forgotten with the listener";
    EXPECT_EQ(signal_name(SIGUSR1), "SIGUSR1");
}

TEST(StopSignals, GiveTheSignalsBackWhenTheyEnd)
{
    struct sigaction before = {}, after = {};
    ::sigaction(SIGTERM, nullptr, &before);
    {
        const StopSignals listening;
        ::sigaction(SIGTERM, nullptr, &after);
        EXPECT_NE(after.sa_handler, before.sa_handler);
    }
    ::sigaction(SIGTERM, nullptr, &after);
    EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(StopSignals, TheSecondInterruptEndsTheProcessAtOnce)
{
    const pid_t child = ::fork();
    if (child == 0) {
        const StopSignals listening;
        ::raise(SIGINT);
        if (stop_signal() != SIGINT) ::_exit(1);
        ::raise(SIGINT);
        ::_exit(2);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 128 + SIGINT);
}

}  // namespace
}  // namespace jetsmith
