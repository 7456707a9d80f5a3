// SPDX-License-Identifier: Apache-2.0
// The whole program with a failing system call: it says what failed, and the run goes on afterwards
// as if nothing had been.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "core/atomic_file.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "trainers/checkpoint_folders.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::ProgramResult;
using testing::HasSubstr;

struct Case {
    const char* call;
    long k;
    int error;
};

class ProgramFaults : public testing::Test {
  protected:
    static std::vector<std::string> training()
    {
        const fs::path recipe = test::source_folder() / "configs/top_tagging/deep_sets.yaml";
        std::vector<std::string> arguments{"--threads", "1", "train", recipe.string()};
        for (const char* setting :
             {"data.max_rows=200", "trainer.epochs=2", "trainer.batch_size=50",
              "trainer.checkpoint_steps=2", "trainer.device=cpu"})
            arguments.insert(arguments.end(), {"--set", setting});
        return arguments;
    }

    static ProgramResult run(const fs::path& folder, bool resume)
    {
        auto arguments = training();
        arguments.insert(arguments.end(), {resume ? "--resume" : "--out", folder.string()});
        return test::run_program(arguments);
    }

    static void SetUpTestSuite()
    {
        folder_ = new test::TempFolder;
        ASSERT_EQ(run(folder_->path() / "undisturbed", false).exit_code, 0);
    }
    static void TearDownTestSuite() { delete folder_; }

    /// What is preloaded: of this build, or what $JETSMITH_FAULT_LIBRARY names.
    static const char* library()
    {
        const char* path = std::getenv("JETSMITH_FAULT_LIBRARY");
        return path ? path : JETSMITH_FAULT_LIBRARY;
    }

    static std::string weights(const fs::path& run)
    {
        return read_text(checkpoint_folder(run, kLast) / "training.safetensors");
    }

    /// True when the program got as far as the k-th call.
    bool survives(const Case& fault)
    {
        const std::string where = fmt::format("{} {} {}", fault.call, fault.k, fault.error);
        const fs::path folder = folder_->path() / "disturbed", report = folder_->path() / "report";
        fs::remove_all(folder);
        fs::remove(report);
        ::setenv("LD_PRELOAD", library(), 1);
        ::setenv("JETSMITH_FAULT",
                 fmt::format("{}:{}:{}:{}:{}", fault.call, fault.k, fault.error, folder.string(),
                             report.string())
                     .c_str(),
                 1);
        const ProgramResult disturbed = run(folder, false);
        ::unsetenv("LD_PRELOAD");
        ::unsetenv("JETSMITH_FAULT");
        if (!fs::exists(report)) return false;
        const bool tolerable = fault.error == EINTR || fault.error == 0;
        EXPECT_TRUE(disturbed.exit_code == 0 || (!tolerable && disturbed.exit_code == 4))
            << where << ": exit code " << disturbed.exit_code << "\n"
            << disturbed.err;
        if (disturbed.exit_code == 4) {
            EXPECT_THAT(disturbed.err, HasSubstr(folder.string())) << where;
            EXPECT_THAT(disturbed.err, HasSubstr(std::strerror(fault.error))) << where;
        }
        const ProgramResult again = run(folder, fs::exists(folder));
        EXPECT_EQ(again.exit_code, 0) << where << "\n" << again.err;
        EXPECT_EQ(weights(folder), weights(folder_->path() / "undisturbed")) << where;
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            EXPECT_FALSE(entry.path().string().ends_with(".part")) << where << entry.path();
        return true;
    }

    static inline test::TempFolder* folder_ = nullptr;
};

TEST_F(ProgramFaults, ASampleOfCallsLosesNothing)
{
    const Case cases[] = {{"write", 1, ENOSPC}, {"write", 9, ENOSPC},  {"write", 14, 0},
                          {"fsync", 12, EIO},   {"rename", 8, ENOSPC}, {"open", 10, EIO},
                          {"mkdir", 3, ENOSPC}};
    for (const auto& fault : cases) EXPECT_TRUE(survives(fault)) << fault.call << fault.k;
}

TEST_F(ProgramFaults, SoakEveryThirdCallLosesNothing)
{
    for (const char* call : {"write", "fsync", "rename", "open", "mkdir"})
        for (const int error : {ENOSPC, EIO, EINTR}) {
            long k = 1;
            while (survives({call, k, error})) k += 3;
            EXPECT_GT(k, 1) << call;
        }
}

}  // namespace
}  // namespace jetsmith
