// SPDX-License-Identifier: Apache-2.0
#include "datasets/growing_buffer.h"

#include <gtest/gtest.h>

#include <numeric>

namespace jetsmith {
namespace {

TEST(GrowingBuffer, KeepsItsContentWhileGrowingPastPagesAndLargePages)
{
    GrowingBuffer buffer;
    constexpr int64_t kCount = 3'000'000;  // 24 MB
    for (int64_t i = 0; i < kCount; ++i) buffer.push(i);
    const at::Tensor tensor = buffer.release({kCount}, at::kLong);
    EXPECT_EQ(buffer.size(), 0u);
    const auto* values = tensor.const_data_ptr<int64_t>();
    for (int64_t i = 0; i < kCount; ++i) ASSERT_EQ(values[i], i);
}

TEST(GrowingBuffer, ATensorOutlivesItsBufferAndMayBeEmpty)
{
    at::Tensor tensor;
    {
        GrowingBuffer buffer;
        auto* values = buffer.extend<float>(6);
        std::iota(values, values + 6, 1.0f);
        tensor = buffer.release({2, 3}, at::kFloat);
        EXPECT_EQ(buffer.release({0, 4}, at::kFloat).sizes(), (std::vector<int64_t>{0, 4}));
    }
    EXPECT_EQ(tensor.sum().item<float>(), 21.0f);
}

TEST(GrowingBuffer, IsReusableAfterRelease)
{
    GrowingBuffer buffer;
    buffer.push(1.0);
    const at::Tensor first = buffer.release({1}, at::kDouble);
    buffer.push(2.0);
    EXPECT_EQ(buffer.release({1}, at::kDouble).item<double>(), 2.0);
    EXPECT_EQ(first.item<double>(), 1.0);
}

}  // namespace
}  // namespace jetsmith
