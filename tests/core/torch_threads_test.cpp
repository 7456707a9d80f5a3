// SPDX-License-Identifier: Apache-2.0
#include "core/torch_threads.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

namespace jetsmith {
namespace {

class TorchThreads : public testing::Test {
  protected:
    void SetUp() override { at::set_num_threads(2); }
    void TearDown() override { at::set_num_threads(before_); }

  private:
    int before_ = at::get_num_threads();
};

TEST_F(TorchThreads, EveryPieceIsDoneOnce)
{
    for (const int64_t count : {0, 1, 2, 7}) {
        std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
        on_torch_threads(count, [&](int64_t k) { ++visits[static_cast<size_t>(k)]; });
        for (const auto& visit : visits) EXPECT_EQ(visit, 1);
    }
}

TEST_F(TorchThreads, TwoPiecesRunInTwoThreads)
{
    std::vector<std::thread::id> ids(2);
    on_torch_threads(2,
                     [&](int64_t k) { ids[static_cast<size_t>(k)] = std::this_thread::get_id(); });
    EXPECT_NE(ids[0], ids[1]);
    EXPECT_EQ(ids[0], std::this_thread::get_id());
}

TEST_F(TorchThreads, ANestedCallStaysInItsThread)
{
    std::atomic<int> others{0};
    on_torch_threads(2, [&](int64_t) {
        const auto own = std::this_thread::get_id();
        on_torch_threads(2, [&](int64_t) { others += std::this_thread::get_id() != own; });
    });
    EXPECT_EQ(others, 0);
}

TEST_F(TorchThreads, AnExceptionReachesTheCaller)
{
    EXPECT_THROW(on_torch_threads(2,
                                  [](int64_t k) {
                                      if (k == 1) throw std::runtime_error("second piece");
                                  }),
                 std::runtime_error);
}

}  // namespace
}  // namespace jetsmith
