// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <vector>

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

TEST(Parallel, NothingIsCalledForAnEmptyRange)
{
    parallel_for(0, 1, [](int64_t, int64_t) { FAIL(); }, 4);
}

}  // namespace
}  // namespace jetsmith
