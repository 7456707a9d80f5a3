// SPDX-License-Identifier: Apache-2.0
// The sweep against std::isfinite, element by element.
#include "kernels/finite/finite.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/errors.h"
#include "core/parallel.h"
#include "tests/support/gpu.h"

namespace jetsmith {
namespace {

using kernels::all_finite;
using kernels::flag_non_finite;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
const at::ScalarType kTypes[] = {at::kFloat, at::kDouble, at::kBFloat16};

TEST(Finite, OneBadValueAnywhereIsSeenWhateverTheLengthAndType)
{
    for (const auto type : kTypes)
        for (const int64_t count : {1, 3, 16, 63, 64, 65, 130, 517}) {
            auto values = at::randn({count}).to(type);
            EXPECT_TRUE(all_finite(values)) << type << " " << count;
            for (int64_t i = 0; i < count; ++i)
                for (const double bad : {kNan, -kNan, kInfinity, -kInfinity}) {
                    const auto good = values[i].clone();
                    values[i] = bad;
                    EXPECT_FALSE(all_finite(values))
                        << type << " " << count << " " << i << " " << bad;
                    values[i] = good;
                }
        }
}

TEST(Finite, TheLargestAndSmallestNumbersAreNumbers)
{
    using Float = std::numeric_limits<float>;
    using Double = std::numeric_limits<double>;
    EXPECT_TRUE(
        all_finite(at::tensor({Float::max(), Float::lowest(), Float::denorm_min(), -0.0F})));
    EXPECT_TRUE(
        all_finite(at::tensor({Double::max(), Double::lowest(), Double::denorm_min(), -0.0})));
    const auto largest = at::full({1}, 3.3895e38, at::kBFloat16);
    ASSERT_TRUE(std::isfinite(largest.item<float>()));
    EXPECT_TRUE(all_finite(largest));
}

TEST(Finite, LooksAtTheElementsOfAViewAndAtNoOthers)
{
    auto table = at::zeros({6, 5});
    table[2][3] = kNan;
    EXPECT_FALSE(all_finite(table.select(1, 3)));
    EXPECT_TRUE(all_finite(table.select(1, 2)));
    EXPECT_FALSE(all_finite(table.t()));
    EXPECT_TRUE(all_finite(table.narrow(0, 3, 3)));
    EXPECT_TRUE(all_finite(table.narrow(1, 0, 3)));
    const auto images = at::randn({4, 3, 5, 5})
                            .to(at::TensorOptions(), false, true, at::MemoryFormat::ChannelsLast);
    EXPECT_TRUE(all_finite(images));
    images[3][2][4][4].fill_(kInfinity);
    EXPECT_FALSE(all_finite(images));
}

TEST(Finite, NothingAndIntegersHoldNumbersOnly)
{
    EXPECT_TRUE(all_finite({}));
    EXPECT_TRUE(all_finite(at::empty({0})));
    EXPECT_TRUE(all_finite(at::full({3}, std::numeric_limits<int64_t>::max(), at::kLong)));
    EXPECT_THROW(all_finite(at::zeros({3}, at::kHalf)), InternalError);
}

TEST(Finite, LargeTensorsAreSharedAmongThreads)
{
    set_thread_count(3);
    auto values = at::zeros({2'000'003});
    EXPECT_TRUE(all_finite(values));
    for (const int64_t i : {0, 600'000, 1'048'575, 1'048'576, 2'000'002}) {
        values[i] = kNan;
        EXPECT_FALSE(all_finite(values)) << i;
        values[i] = 0;
    }
    set_thread_count(0);
}

TEST(Finite, AFlagStaysUpUntilSomebodyTakesItDown)
{
    const auto flag = at::zeros({});
    const auto good = at::ones({7}), bad = at::full({7}, kNan, at::kDouble);
    flag_non_finite({good, {}, at::ones({2}, at::kLong)}, flag);
    EXPECT_EQ(flag.item<float>(), 0);
    flag_non_finite({good, bad}, flag);
    EXPECT_EQ(flag.item<float>(), 1);
    flag_non_finite(good, flag);
    EXPECT_EQ(flag.item<float>(), 1);
    EXPECT_THROW(flag_non_finite(std::vector<at::Tensor>(17, good), flag), InternalError);
}

TEST(FiniteCuda, AgreesWithTheProcessor)
{
    JETSMITH_NEEDS_GPU();
    for (const auto type : kTypes)
        for (const int64_t count : {1, 255, 100'000, 1'000'003}) {
            auto values = at::randn({count}, at::TensorOptions(at::kCUDA)).to(type);
            EXPECT_TRUE(all_finite(values));
            for (const double bad : {kNan, kInfinity, -kInfinity}) {
                values[count - 1] = bad;
                EXPECT_FALSE(all_finite(values)) << type << " " << count;
            }
        }
}

}  // namespace
}  // namespace jetsmith
