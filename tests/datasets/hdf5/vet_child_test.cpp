// SPDX-License-Identifier: Apache-2.0
// The child is played by shell scripts: what it may do wrong is independent of HDF5.
#include "datasets/hdf5/vet_child.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.h"

namespace jetsmith::hdf5 {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using Kind = VetOutcome::Kind;

/// What is made of a child that does this.
VetOutcome outcome_of(const std::string& commands, std::chrono::milliseconds wall)
{
    const test::TempFolder folder;
    const auto script = folder.file("child", "#!/bin/sh\n" + commands + "\n");
    fs::permissions(script, fs::perms::owner_all);
    return run_vet_child(script, "x.h5", {int64_t{1} << 30, 7, wall});
}

VetOutcome outcome_of(const std::string& commands)
{
    return outcome_of(commands, std::chrono::seconds(30));
}

TEST(VetChild, AVerdictIsTakenAndTheArgumentsArePassed)
{
    EXPECT_EQ(outcome_of(R"(echo '{"verdict": "whole"}')").kind, Kind::whole);
    const auto refused =
        outcome_of(R"(echo '{"at": "/x"}'; echo "{\"verdict\": \"refused\", \"why\": \"$*\"}")");
    EXPECT_EQ(refused.kind, Kind::unbounded);
    EXPECT_EQ(refused.reason, "x.h5 1073741824 7");
    EXPECT_EQ(refused.place, "/x");
}

TEST(VetChild, ACrashIsToldWithItsSignalAndPlace)
{
    const auto crashed =
        outcome_of(R"(echo '{"at": "/a"}'; echo '{"at": "/table/x"}'; kill -SEGV $$)");
    EXPECT_EQ(crashed.kind, Kind::crashed);
    EXPECT_THAT(crashed.reason, HasSubstr("crashed (signal 11"));
    EXPECT_EQ(crashed.place, "/table/x");
}

TEST(VetChild, WhoStartsAndEndsWithoutAVerdictHasCrashed)
{
    EXPECT_EQ(outcome_of(R"(echo '{"at": "/x"}')").kind, Kind::crashed);
    EXPECT_EQ(outcome_of(R"(echo 'verdict: whole')").kind, Kind::crashed);
    EXPECT_EQ(outcome_of(R"(echo '{"verdict": 1}')").kind, Kind::crashed);
}

TEST(VetChild, NoVerdictIsMadeOfAChildThatNeverStartedOrWasEndedByOthers)
{
    EXPECT_EQ(outcome_of("exit 127").kind, Kind::no_child);
    EXPECT_EQ(outcome_of(R"(echo '{"at": "/x"}'; kill -TERM $$)").kind, Kind::no_child);
    const auto missing = run_vet_child("no/such/program", "x.h5", vet_limits(0));
    EXPECT_EQ(missing.kind, Kind::no_child);
    EXPECT_THAT(missing.reason, HasSubstr("No such file"));
}

TEST(VetChild, AChildThatFindsNoEndIsKilledInTime)
{
    const auto begin = std::chrono::steady_clock::now();
    for (const char* endless :
         {"exec sleep 60", "exec >&-; exec sleep 60", "while true; do echo; done"})
        EXPECT_EQ(outcome_of(endless, std::chrono::milliseconds(200)).kind, Kind::unbounded)
            << endless;
    EXPECT_EQ(outcome_of("exec cat /dev/zero").kind, Kind::unbounded);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(25));
}

TEST(VetChild, TheLimitOfProcessorTimeIsTold)
{
    const auto outcome = outcome_of(R"(echo '{"at": "/x"}'; kill -XCPU $$)");
    EXPECT_EQ(outcome.kind, Kind::unbounded);
    EXPECT_EQ(outcome.reason, "found no end in 7 s");
}

}  // namespace
}  // namespace jetsmith::hdf5
