// SPDX-License-Identifier: Apache-2.0
// What `cmake --install` lays down works wherever it is moved to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

TEST(Install, AMovedPrefixChecksAndTrainsItsRecipes)
{
    const fs::path build = test::program().parent_path().parent_path();
    if (!fs::exists(build / "cmake_install.cmake")) GTEST_SKIP() << "this is no build folder";
    const test::TempFolder folder, elsewhere;
    const fs::path prefix = elsewhere.path() / "moved";
    const auto installed = test::run_other(
        "cmake", {"--install", build.string(), "--prefix", (folder.path() / "first").string()});
    ASSERT_EQ(installed.exit_code, 0) << installed.err;
    fs::rename(folder.path() / "first", prefix);

    const std::string program = prefix / "bin/jetsmith";
    const std::string recipe = prefix / "share/jetsmith/configs/top_tagging/cnn.yaml";
    const std::vector<std::string> small{"--set", "data.max_rows=64", "--set",
                                         "trainer.device=cpu"};
    const auto run = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), small.begin(), small.end());
        return test::run_other(program, arguments, folder.path());
    };
    const auto checked = run({"check", recipe});
    EXPECT_EQ(checked.exit_code, 0) << checked.err;
    // 64 rows in one batch: one step.
    const auto trained = run({"train", recipe, "--out", folder.path() / "run", "--set",
                              "trainer.epochs=1", "--set", "trainer.batch_size=64"});
    EXPECT_EQ(trained.exit_code, 0) << trained.err;
    EXPECT_TRUE(fs::exists(folder.path() / "run/checkpoints/step_1/model.safetensors"));
}

}  // namespace
}  // namespace jetsmith
