// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

TEST(Parallel, EveryElementIsVisitedOnceForAnyThreadCountAndGrain)
{
    for (const int threads : {1, 2, 3, 8}) {
        for (const int64_t grain : {1, 7, 1000}) {
            std::vector<std::atomic<int>> visits(501);
            parallel_for(
                501, grain,
                [&](int64_t begin, int64_t end) {
                    EXPECT_LE(end - begin, grain);
                    for (int64_t i = begin; i < end; ++i) ++visits[static_cast<size_t>(i)];
                },
                threads);
            for (const auto& count : visits) ASSERT_EQ(count, 1);
        }
    }
}

TEST(Parallel, AnExceptionReachesTheCallerAndThePoolLivesOn)
{
    EXPECT_THROW(parallel_for(
                     100, 1,
                     [](int64_t begin, int64_t) {
                         if (begin == 40) throw std::runtime_error("row 40");
                     },
                     4),
                 std::runtime_error);
    std::atomic<int64_t> sum{0};
    parallel_for(100, 1, [&](int64_t begin, int64_t) { sum += begin; }, 4);
    EXPECT_EQ(sum, 4950);
}

TEST(Parallel, ANestedCallRunsToItsEnd)
{
    std::atomic<int> inner{0};
    parallel_for(
        4, 1, [&](int64_t, int64_t) { parallel_for(10, 3, [&](int64_t b, int64_t e) { inner += static_cast<int>(e - b); }, 2); },
        2);
    EXPECT_EQ(inner, 40);
}

/// What thread_count() says under JETSMITH_THREADS=value: the number, or its complaint.
std::string threads_under(const std::string& value)
{
    const char* before = std::getenv("JETSMITH_THREADS");
    const std::optional<std::string> kept =
        before ? std::optional<std::string>(before) : std::nullopt;
    ::setenv("JETSMITH_THREADS", value.c_str(), 1);
    int threads = 0;
    const std::string problem = test::user_error([&] { threads = thread_count(); });
    if (kept)
        ::setenv("JETSMITH_THREADS", kept->c_str(), 1);
    else
        ::unsetenv("JETSMITH_THREADS");
    return threads > 0 ? std::to_string(threads) : problem;
}

TEST(Parallel, TheVariableIsANumberOfThreadsOrRefused)
{
    EXPECT_EQ(threads_under("1"), "1");
    EXPECT_EQ(threads_under("8"), "8");
    EXPECT_EQ(threads_under("65536"), "65536");
    cpu_set_t set;
    ASSERT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
    EXPECT_EQ(threads_under(""), std::to_string(CPU_COUNT(&set))) << "as if it were not set";
    for (const std::string wrong : {"abc", "8x", "0", "-2", "4 ", "1e3", "65537", "99999999999"})
        EXPECT_EQ(threads_under(wrong), "JETSMITH_THREADS: '" + wrong +
                                            "' is no number of threads (1 to 65536 wanted). Set it "
                                            "to one, or unset it.");
}

TEST(Parallel, NothingIsCalledForAnEmptyRange)
{
    parallel_for(0, 1, [](int64_t, int64_t) { FAIL(); }, 4);
}

}  // namespace
}  // namespace jetsmith
