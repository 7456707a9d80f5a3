// SPDX-License-Identifier: Apache-2.0
// Every system call of a checkpoint fails once, in every way: what was there before is still there,
// the message says where and why, and the next start finds a clean folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "tests/faults/fault_library.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_training.h"
#include "trainers/checkpoint.h"
#include "trainers/checkpoint_folders.h"
#include "trainers/run_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kShort = 0;  // a write that takes half of its bytes

class CheckpointFaults : public testing::TestWithParam<const char*> {
  protected:
    CheckpointFaults() : folders_(folder_.path() / "checkpoints")
    {
        fs::create_directories(folder_.path() / "checkpoints");
        write(1);
    }

    /// What the program does for a checkpoint.
    void write(int64_t step)
    {
        const std::string name = CheckpointFolders::name(step);
        toy_.trainer->set_position({.epoch = step, .rows = 0, .step = step, .stop = false});
        save_checkpoint(folders_.path(name), *toy_.trainer);
        folders_.point(kLast, name);
        folders_.point(kBest, name);
    }

    /// Writes step 2 while the k-th call fails; true when there was a k-th call.
    bool write_with_fault(const char* call, long k, int error)
    {
        const std::string where = fmt::format("{} {} with {}", call, k, std::strerror(error));
        std::string message;
        jetsmith_arm_fault(call, k, error, folder_.path().c_str());
        try {
            write(2);
        } catch (const RunError& failed) {
            message = failed.what();
        }
        jetsmith_disarm_fault();
        check(where, message, error);
        return jetsmith_fault_happened();
    }

    void check(const std::string& where, const std::string& message, int error)
    {
        if (!message.empty()) {
            EXPECT_THAT(message, HasSubstr(folder_.path().string())) << where;
            EXPECT_THAT(message, HasSubstr(std::strerror(error))) << where;
            EXPECT_THAT(message, HasSubstr("what was there before is untouched")) << where;
            EXPECT_TRUE(error != EINTR && error != kShort) << where << ": " << message;
        }
        const auto newest = newest_checkpoint(folder_.path());
        ASSERT_TRUE(newest) << where;
        const int64_t step = newest->state.at("step");
        if (message.empty()) {
            EXPECT_EQ(step, 2) << where;
        }
        EXPECT_NO_THROW(read_weights(checkpoint_folder(folder_.path(), kBest))) << where;
        start_again(where);
    }

    /// The next start cleans up; then everything is as it was with step 1 alone.
    void start_again(const std::string& where)
    {
        { const RunFolder run = RunFolder::reopen(folder_.path()); }
        for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
            EXPECT_FALSE(entry.path().string().ends_with(".part")) << where << entry.path();
        fs::remove_all(folders_.path(CheckpointFolders::name(2)));
        write(1);
    }

    const test::TempFolder folder_;
    const CheckpointFolders folders_;
    test::ToyTraining toy_;
};

TEST_P(CheckpointFaults, LoseNothing)
{
    const std::string call = GetParam();
    std::vector<int> errors{ENOSPC, EIO, EINTR};
    if (call == "write") errors.push_back(kShort);
    for (const int error : errors) {
        long k = 1;
        while (write_with_fault(GetParam(), k, error)) ++k;
        EXPECT_GT(k, 1) << "no call was ever hit: " << call;
    }
}

INSTANTIATE_TEST_SUITE_P(Calls, CheckpointFaults,
                         testing::Values("write", "fsync", "rename", "open", "mkdir"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace jetsmith
