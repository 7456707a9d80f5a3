// SPDX-License-Identifier: Apache-2.0
#include "core/ordered_blocks.h"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "core/parallel.h"

namespace jetsmith {
namespace {

const std::atomic<bool> kNever = false;

TEST(OrderedBlocks, AreTakenOnceAndInOrderHoweverLongTheyTake)
{
    for (int threads = 1; threads <= 4; ++threads) {
        std::vector<int64_t> made(static_cast<size_t>(blocks_in_flight(threads)), -1), taken;
        make_in_order(
            50, threads,
            [&](int64_t block, size_t slot, size_t) {
                std::this_thread::sleep_for(std::chrono::microseconds((block * 37) % 5 * 100));
                made[slot] = block * block;
            },
            [&](int64_t block, size_t slot) {
                EXPECT_EQ(made[slot], block * block);
                taken.push_back(block);
            },
            kNever);
        std::vector<int64_t> all(50);
        std::iota(all.begin(), all.end(), 0);
        EXPECT_EQ(taken, all);
    }
}

TEST(OrderedBlocks, TheFirstErrorEndsAllAndReachesTheCaller)
{
    int64_t taken = 0;
    const auto run = [&] {
        make_in_order(
            1000, 3,
            [](int64_t block, size_t, size_t) {
                if (block == 7) throw std::runtime_error("block 7");
            },
            [&](int64_t, size_t) { ++taken; }, kNever);
    };
    EXPECT_THROW(run(), std::runtime_error);
    EXPECT_LE(taken, 7);
}

TEST(OrderedBlocks, StopLeavesNoGap)
{
    std::atomic<bool> stop = false;
    std::vector<int64_t> taken;
    make_in_order(
        1000, 2, [](int64_t, size_t, size_t) {},
        [&](int64_t block, size_t) {
            taken.push_back(block);
            if (block == 20) stop = true;
        },
        stop);
    ASSERT_GE(taken.size(), 21U);
    EXPECT_LT(taken.size(), 1000U);
    for (size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], static_cast<int64_t>(i));
}

TEST(OrderedBlocks, LoopsWithinABlockStayInItsThread)
{
    make_in_order(
        8, 2,
        [](int64_t, size_t, size_t) {
            const auto own = std::this_thread::get_id();
            parallel_for(100, 1,
                         [&](int64_t, int64_t) { EXPECT_EQ(std::this_thread::get_id(), own); });
        },
        [](int64_t, size_t) {}, kNever);
}

}  // namespace
}  // namespace jetsmith
