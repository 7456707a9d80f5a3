// SPDX-License-Identifier: Apache-2.0
// A training from the outside that is stopped, killed, and taken up again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "core/atomic_file.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "trainers/checkpoint_folders.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::run_program;
using testing::HasSubstr;

/// A training of some seconds, of many short epochs.
std::vector<std::string> long_training(const std::string& where, const fs::path& run)
{
    std::vector<std::string> arguments{
        "--threads", "1", "train",
        (test::source_folder() / "configs/top_tagging/deep_sets.yaml").string()};
    for (const char* setting : {"data.max_rows=400", "trainer.epochs=40", "trainer.batch_size=50",
                                "trainer.checkpoint_steps=5", "trainer.device=cpu"})
        arguments.insert(arguments.end(), {"--set", setting});
    arguments.insert(arguments.end(), {where, run.string()});
    return arguments;
}

std::string weights(const fs::path& run)
{
    return read_text(checkpoint_folder(run, kLast) / "training.safetensors");
}

void wait_for(const fs::path& file)
{
    for (int i = 0; i < 6000 && !fs::exists(file); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

/// Ends like waitpid: the exit code, or minus the signal.
int status_of(pid_t child)
{
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

class ResumeVerb : public testing::Test {
  protected:
    static void SetUpTestSuite()
    {
        folder_ = new test::TempFolder;
        const auto result = run_program(long_training("--out", folder_->path() / "whole"));
        ASSERT_EQ(result.exit_code, 0) << result.err;
    }
    static void TearDownTestSuite() { delete folder_; }

    /// Starts a training, and sends a signal once it has made its first checkpoint.
    static int interrupt(const fs::path& run, int signal)
    {
        const pid_t child = test::start_program(long_training("--out", run));
        wait_for(run / "checkpoints/last");
        ::kill(child, signal);
        return status_of(child);
    }

    static void expect_equal_after_resume(const fs::path& run)
    {
        const auto result = run_program({"--threads", "1", "train", "--resume", run.string()});
        EXPECT_EQ(result.exit_code, 0) << result.err;
        EXPECT_THAT(result.err, HasSubstr("going on after step"));
        EXPECT_EQ(weights(run), weights(folder_->path() / "whole"));
        EXPECT_EQ(read_text(run / "metrics.json"),
                  read_text(folder_->path() / "whole/metrics.json"));
    }

    static inline test::TempFolder* folder_ = nullptr;
};

TEST_F(ResumeVerb, SignalsEndTheStepSaveAndExitWithTheirNumber)
{
    for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) {
        const fs::path run = folder_->path() / std::to_string(signal);
        EXPECT_EQ(interrupt(run, signal), 128 + signal);
        EXPECT_THAT(read_text(run / "log.txt"), HasSubstr("--resume " + run.string()));
        EXPECT_FALSE(fs::exists(run / "report.html"));
        expect_equal_after_resume(run);
    }
}

TEST_F(ResumeVerb, AKilledTrainingEndsWithTheSameBits)
{
    const fs::path run = folder_->path() / "killed";
    EXPECT_EQ(interrupt(run, SIGKILL), -SIGKILL);
    expect_equal_after_resume(run);
    const auto metadata = nlohmann::json::parse(read_text(run / "metadata.json"));
    ASSERT_EQ(metadata.at("resumed").size(), 1U);
    EXPECT_GT(metadata.at("resumed")[0].at("step"), 0);
}

TEST_F(ResumeVerb, WithoutACheckpointItStartsOver)
{
    const fs::path run = folder_->path() / "early";
    fs::create_directories(run);
    const auto result = run_program(long_training("--resume", run));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("starting over"));
    EXPECT_EQ(weights(run), weights(folder_->path() / "whole"));
}

TEST_F(ResumeVerb, ACompleteRunHasNothingLeftToDo)
{
    const auto result =
        run_program({"train", "--resume", (folder_->path() / "whole").string()});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("the run is complete"));
    EXPECT_THAT(result.out, HasSubstr("AUC"));
}

TEST_F(ResumeVerb, ASecondTrainerInOneFolderIsRefused)
{
    const fs::path run = folder_->path() / "shared";
    const pid_t first = test::start_program(long_training("--out", run));
    wait_for(run / "checkpoints/last");
    const auto second = run_program({"train", "--resume", run.string()});
    EXPECT_EQ(second.exit_code, 2);
    EXPECT_THAT(second.err, HasSubstr("is being trained already (by process " +
                                      std::to_string(first)));
    ::kill(first, SIGTERM);
    EXPECT_EQ(status_of(first), 128 + SIGTERM) << "the first one went on";
    expect_equal_after_resume(run);
}

TEST_F(ResumeVerb, AnotherModelOrOtherDataAreRefusedWithTheKeys)
{
    const auto refused = [&](const std::string& setting) {
        auto arguments = long_training("--resume", folder_->path() / "whole");
        arguments.insert(arguments.end(), {"--set", setting});
        const auto result = run_program(arguments);
        EXPECT_EQ(result.exit_code, 2) << result.err;
        return result.err;
    };
    for (const auto& [setting, difference] :
         {std::pair{"optimizer.lr=0.5", "optimizer.lr was 0.002 and is 0.5"},
          {"schedule.type=constant", "schedule.type was one_cycle and is constant"},
          {"data.max_rows=300", "data.max_rows was 400 and is 300"},
          {"inputs.features=[z, phi, y]", "inputs.features[1] was y and is phi"}}) {
        const auto message = refused(setting);
        EXPECT_THAT(message, HasSubstr(difference));
        EXPECT_THAT(message, testing::Not(HasSubstr("\ndata"))) << "rows were read for this";
    }
    EXPECT_THAT(refused("model.phi=[100, 100, 128]"), HasSubstr("model.phi[2] was 256 and is 128"));
    const auto other = (test::sample_folder() / "val.h5").string();
    EXPECT_THAT(refused("data.train=" + other), HasSubstr("data.train was SHA-256"));
}

TEST_F(ResumeVerb, OtherColumnsAreRefusedBeforeTheyMeetWhatTheInputLearned)
{
    const fs::path run = folder_->path() / "columns";
    std::vector<std::string> arguments{
        "train", (test::source_folder() / "configs/events/dnn_high_level.yaml").string()};
    for (const char* setting : {"data.max_rows=400", "trainer.epochs=1", "trainer.device=cpu"})
        arguments.insert(arguments.end(), {"--set", setting});
    auto first = arguments, second = arguments;
    first.insert(first.end(), {"--out", run.string()});
    auto result = run_program(first);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    second.insert(second.end(), {"--resume", run.string(), "--set", "inputs.columns=[met]"});
    result = run_program(second);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("jetsmith: " + run.string() + ": cannot go on with another"));
    EXPECT_THAT(result.err, HasSubstr("inputs.columns[0] was "));
}

TEST_F(ResumeVerb, MembersStopWithTheirParentAndGoOn)
{
    const fs::path run = folder_->path() / "members", data = folder_->path() / "train.h5";
    fs::copy_file(test::sample_folder() / "train.h5", data);
    const auto training = [&](const char* where) {
        auto arguments = long_training(where, run);
        const std::string train = "data.train=" + data.string();
        for (const auto& setting : {"trainer.repeat=2", "trainer.side_by_side=2", train.c_str()})
            arguments.insert(arguments.end(), {"--set", setting});
        return arguments;
    };
    const pid_t parent = test::start_program(training("--out"));
    for (const char* member : {"seed_1", "seed_2"})
        wait_for(run / "members" / member / "checkpoints/last");
    ::kill(parent, SIGTERM);
    EXPECT_EQ(status_of(parent), 128 + SIGTERM);
    for (const char* member : {"seed_1", "seed_2"})
        EXPECT_FALSE(fs::exists(run / "members" / member / "report.html")) << member;

    const fs::path away = folder_->path() / "away.h5";
    fs::rename(data, away);
    auto result = run_program(training("--resume"));
    EXPECT_EQ(result.exit_code, 2) << result.err;
    for (const char* member : {"seed_1", "seed_2"})
        EXPECT_TRUE(fs::exists(run / "members" / member / "checkpoints/last")) << "a mistake";

    fs::rename(away, data);
    result = run_program(training("--resume"));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(weights(run / "members/seed_1"), weights(folder_->path() / "whole"))
        << "the first member has the seed of the recipe";
}

TEST_F(ResumeVerb, ANewRunMayBeginWithTheWeightsOfAnother)
{
    const fs::path from = folder_->path() / "whole", run = folder_->path() / "tuned";
    auto arguments = long_training("--out", run);
    arguments.insert(arguments.end(), {"--init-from", from.string(), "--set", "trainer.epochs=1",
                                       "--set", "init.freeze=[\"*\"]", "--set",
                                       "init.exclude=[\"absent*\"]"});
    auto result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("init.exclude: 'absent*' fits no tensor"));

    arguments.erase(arguments.end() - 4, arguments.end());
    result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("begin as in " + from.string()));
}

}  // namespace
}  // namespace jetsmith
