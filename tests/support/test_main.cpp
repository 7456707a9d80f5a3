// SPDX-License-Identifier: Apache-2.0
#include <ATen/Context.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetsmith {
namespace {

/// Starts every test at the same random state, whichever tests ran before it.
/// --gtest_random_seed=N draws others: a tolerance must hold for all of them.
class Seeded : public ::testing::EmptyTestEventListener {
    void OnTestStart(const ::testing::TestInfo& /*test*/) override
    {
        at::manual_seed(uint64_t(1) + static_cast<uint64_t>(GTEST_FLAG_GET(random_seed)));
    }
};

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    ::testing::InitGoogleMock(&argc, argv);
    ::testing::UnitTest::GetInstance()->listeners().Append(new jetsmith::Seeded);
    return RUN_ALL_TESTS();
}
