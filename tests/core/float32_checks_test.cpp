// SPDX-License-Identifier: Apache-2.0
#include "core/float32_checks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace jetsmith {
namespace {

TEST(Float32Checks, NormalNumbersAreThoseThatStayNormalAsFloat)
{
    for (const double v : {1.2e-38, 1e-8, 1.0, 3.4e38}) {
        EXPECT_TRUE(std::isnormal(static_cast<float>(v)));
        EXPECT_TRUE(normal_float32.holds(v)) << v;
    }
    for (const double v :
         {0.0, -1.0, 1e-60, 1e-40, 3.5e38, 1e39, std::numeric_limits<double>::quiet_NaN()})
        EXPECT_FALSE(normal_float32.holds(v)) << v;
}

TEST(Float32Checks, FiniteNumbersMayBecomeZeroButNotInfinite)
{
    for (const double v : {0.0, 1e-60, 1.0, 3.4e38, -3.4e38}) {
        EXPECT_TRUE(std::isfinite(static_cast<float>(v)));
        EXPECT_TRUE(finite_float32.holds(v)) << v;
    }
    for (const double v : {3.5e38, -1e39, std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()})
        EXPECT_FALSE(finite_float32.holds(v)) << v;
}

}  // namespace
}  // namespace jetsmith
