// SPDX-License-Identifier: Apache-2.0
#include "trainers/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "tests/support/temp_folder.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

class RunFolders : public testing::Test {
  protected:
    RunFolders() { fs::current_path(folder_.path()); }
    ~RunFolders() override { fs::current_path(before_); }

    const fs::path before_ = fs::current_path();
    const test::TempFolder folder_;
};

TEST_F(RunFolders, RunsOfOneSecondGetOneEach)
{
    std::vector<RunFolder> runs;
    std::set<fs::path> different;
    for (int run = 0; run < 5; ++run) {
        runs.push_back(RunFolder::create("", "net"));
        different.insert(runs.back().path());
        EXPECT_EQ(runs.back().path().parent_path(), "runs");
        EXPECT_THAT(runs.back().path().filename().string(),
                    testing::MatchesRegex("net_[0-9]{8}T[0-9]{6}Z(_[2-5])?"));
    }
    EXPECT_EQ(different.size(), 5U);
}

TEST_F(RunFolders, OneOfARunThatNeverBeganIsRemoved)
{
    for (const char* wanted : {"", "mine", "mine/"}) {
        fs::path path;
        {
            const RunFolder run = RunFolder::create(wanted, "net");
            path = run.path();
            EXPECT_TRUE(fs::is_directory(path));
        }
        EXPECT_FALSE(fs::exists(path)) << path;
    }
}

TEST_F(RunFolders, WhatWasThereBeforeStaysAndSoDoesWhatWasWritten)
{
    fs::create_directory("found");
    {
        const RunFolder run = RunFolder::create("found", "net");
    }
    EXPECT_TRUE(fs::is_directory("found"));
    {
        const RunFolder run = RunFolder::create("begun", "net");
        std::ofstream("begun/log.txt") << "device cpu\n";
    }
    EXPECT_TRUE(fs::exists("begun/log.txt"));
}

TEST_F(RunFolders, ASecondOwnerIsRefusedAndTakesNothingAway)
{
    const RunFolder first = RunFolder::create("mine", "net");
    EXPECT_THAT(test::user_error([] { RunFolder::create("mine", "net"); }),
                testing::HasSubstr("mine: is being trained already"));
    EXPECT_TRUE(fs::exists("mine/.lock"));
}

}  // namespace
}  // namespace jetsmith
