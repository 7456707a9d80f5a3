// SPDX-License-Identifier: Apache-2.0
#include "analysis/least_sums.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/simd_targets.h"

namespace jetsmith::analysis {
namespace {

TEST(LeastSums, HaveTheSameBitsOnEveryProcessor)
{
    std::mt19937 generator(3);
    std::uniform_real_distribution<float> uniform(0, 1);
    for (const int64_t count : {0, 1, 7, 8, 9, 64, 1003}) {
        std::vector<float> tried(count), near(count), far(count);
        double near_sum = 0, far_sum = 0;
        for (int64_t i = 0; i < count; ++i) {
            tried[i] = uniform(generator), near[i] = uniform(generator), far[i] = near[i] + 0.2F;
            if (i % 5 == 0) far[i] = std::numeric_limits<float>::infinity();
            near_sum += std::min(tried[i], near[i]), far_sum += std::min(tried[i], far[i]);
        }
        const auto first = least_sums(tried.data(), near.data(), far.data(), count);
        EXPECT_NEAR(first.near, near_sum, 1e-12 * (1 + near_sum));
        EXPECT_NEAR(first.far, far_sum, 1e-12 * (1 + far_sum));
        test::for_each_simd_target([&] {
            const auto sums = least_sums(tried.data(), near.data(), far.data(), count);
            EXPECT_EQ(sums.near, first.near) << count;
            EXPECT_EQ(sums.far, first.far) << count;
        });
    }
}

}  // namespace
}  // namespace jetsmith::analysis
