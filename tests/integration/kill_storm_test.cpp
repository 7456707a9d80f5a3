// SPDX-License-Identifier: Apache-2.0
// Trainings that are killed at random moments: a few in every run, a hundred in a long one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/paths.h"
#include "tests/support/run_program.h"

namespace jetsmith {
namespace {

test::ProgramResult storm(const std::string& kills)
{
    return test::run_other("python3", {(test::source_folder() / "scripts/kill_storm").string(),
                                       "--kills", kills, "--program", test::program().string()});
}

TEST(KillStorm, KilledTrainingsResumeAndEndWithTheSameBits)
{
    const auto result = storm("10");
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_THAT(result.out, testing::HasSubstr("10 resumed and ended with the same bits, 0 did not"));
}

TEST(KillStorm, SoakAHundredKilledTrainingsEndWithTheSameBits)
{
    const auto result = storm("100");
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
}

}  // namespace
}  // namespace jetsmith
