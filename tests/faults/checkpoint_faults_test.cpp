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
#include "trainers/checkpoint_callback.h"
#include "trainers/checkpoint_folders.h"
#include "trainers/resume.h"
#include "trainers/run_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr int kShort = 0;  // a write that takes half of its bytes

class CheckpointFaults : public testing::TestWithParam<const char*> {
  protected:
    CheckpointFaults() { two_epochs(); }

    /// The first epoch is the best so far and the second the last: one checkpoint beside the best.
    void two_epochs()
    {
        fs::create_directories(checkpoints_at_);
        TrainerOptions options;
        options.keep_checkpoints = 1;
        checkpoints_ = make_checkpoint_callback(checkpoints_at_, options, run_facts({}));
        end_epoch(1, 0.5);
        end_epoch(2, 0.7);
    }

    /// An epoch of one step ends.
    void end_epoch(int64_t step, double loss)
    {
        toy_.trainer->set_position({.epoch = step, .rows = 0, .step = step, .stop = false});
        EpochRecord record;
        record.step = step;
        record.val_loss = loss;
        checkpoints_->on_epoch_end(*toy_.trainer, record);
    }

    /// A third epoch, better than both, while the k-th call fails; true when there was a k-th call.
    bool improve_with_fault(const char* call, long k, int error)
    {
        const std::string where = fmt::format("{} {} with {}", call, k, std::strerror(error));
        std::string message;
        jetsmith_arm_fault(call, k, error, folder_.path().c_str());
        try {
            end_epoch(3, 0.3);
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
        const std::string best = folders_.pointed(kBest);
        if (message.empty()) {
            EXPECT_EQ(newest->state.at("step"), 3) << where;
            EXPECT_EQ(best, "step_3") << where;
        } else {
            EXPECT_THAT(best, testing::AnyOf("step_1", "step_3")) << where;
        }
        EXPECT_NO_THROW(read_weights(checkpoint_folder(folder_.path(), kBest))) << where;
        start_again(where);
    }

    /// The next start cleans up; then all begins again.
    void start_again(const std::string& where)
    {
        { const RunFolder run = RunFolder::reopen(folder_.path()); }
        for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
            EXPECT_FALSE(entry.path().string().ends_with(".part")) << where << entry.path();
        fs::remove_all(checkpoints_at_);
        two_epochs();
    }

    const test::TempFolder folder_;
    const fs::path checkpoints_at_ = folder_.path() / "checkpoints";
    const CheckpointFolders folders_{checkpoints_at_};
    test::ToyTraining toy_;
    std::unique_ptr<Callback> checkpoints_;
};

TEST_P(CheckpointFaults, LoseNothing)
{
    const std::string call = GetParam();
    std::vector<int> errors{ENOSPC, EIO, EINTR};
    if (call == "write") errors.push_back(kShort);
    for (const int error : errors) {
        long k = 1;
        while (improve_with_fault(GetParam(), k, error)) ++k;
        EXPECT_GT(k, 1) << "no call was ever hit: " << call;
    }
}

INSTANTIATE_TEST_SUITE_P(Calls, CheckpointFaults,
                         testing::Values("write", "fsync", "rename", "open", "mkdir"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace jetsmith
