// SPDX-License-Identifier: Apache-2.0
// The same seed, device and number of threads give the same bits; the config in a run folder
// repeats the run, and its metadata say with what.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/atomic_file.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/sha256sum.h"
#include "tests/support/temp_folder.h"
#include "trainers/checkpoint_folders.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

/// Trains with two threads; `config` is a recipe or the config.yaml of a run.
fs::path train(const fs::path& config, const fs::path& out,
               const std::vector<std::string>& set = {})
{
    std::vector<std::string> arguments{"--threads",     "2",     "train",
                                       config.string(), "--out", out.string()};
    for (const auto& setting : set) arguments.insert(arguments.end(), {"--set", setting});
    const auto result = test::run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return out;
}

std::vector<std::string> shortened(const std::string& recipe)
{
    const bool images = recipe.find("cnn") != std::string::npos;
    std::vector<std::string> set{"data.max_rows=96", "trainer.batch_size=32", "trainer.device=cpu",
                                 images ? "trainer.epochs=1" : "trainer.epochs=2"};
    if (images) set.push_back("inputs.pixels=21");
    return set;
}

/// history.csv without what a clock measures.
std::string losses(const fs::path& run)
{
    std::istringstream lines(read_text(run / "history.csv"));
    std::string all, line;
    std::getline(lines, line);
    const size_t timed = line.find(",seconds,");
    EXPECT_NE(timed, std::string::npos);
    const auto kept = std::count(line.begin(), line.begin() + static_cast<long>(timed), ',');
    for (; !line.empty(); line.clear(), std::getline(lines, line)) {
        std::istringstream fields(line);
        std::string field;
        for (long i = 0; i <= kept && std::getline(fields, field, ','); ++i) all += field + ",";
        all += "\n";
    }
    return all;
}

void expect_same_bits(const fs::path& a, const fs::path& b)
{
    EXPECT_EQ(losses(a), losses(b));
    for (const char* pointer : {kLast, kBest})
        for (const char* file : {"model.safetensors", "training.safetensors"})
            EXPECT_EQ(read_text(checkpoint_folder(a, pointer) / file),
                      read_text(checkpoint_folder(b, pointer) / file))
                << pointer << " " << file;
    for (const char* file : {"metrics.json", "roc.csv", "config.yaml", "data_card.txt"})
        EXPECT_EQ(read_text(a / file), read_text(b / file)) << file;
}

class RepeatedRun : public testing::TestWithParam<const char*> {};

TEST_P(RepeatedRun, HasTheSameBitsFromItsRecipeAndFromItsFolder)
{
    const test::TempFolder folder;
    const fs::path recipe = test::source_folder() / "configs" / GetParam();
    const auto set = shortened(GetParam());
    const auto first = train(recipe, folder.path() / "first", set);
    EXPECT_GT(losses(first).size(), 100U);
    expect_same_bits(first, train(recipe, folder.path() / "second", set));
    expect_same_bits(first, train(first / "config.yaml", folder.path() / "repeated"));
}

INSTANTIATE_TEST_SUITE_P(Recipes, RepeatedRun,
                         testing::Values("top_tagging/cnn.yaml", "top_tagging/deep_sets.yaml"),
                         [](const auto& info) { return fs::path(info.param).stem().string(); });

TEST(Determinism, AnotherSeedIsAnotherRun)
{
    const test::TempFolder folder;
    const fs::path recipe = test::source_folder() / "configs/top_tagging/deep_sets.yaml";
    auto set = shortened("deep_sets");
    const auto first = train(recipe, folder.path() / "first", set);
    set.push_back("seed=12345");
    EXPECT_NE(losses(first), losses(train(recipe, folder.path() / "other", set)));
}

TEST(Metadata, HoldsWhatARepetitionNeeds)
{
    const test::TempFolder folder;
    const fs::path recipe = test::source_folder() / "configs/top_tagging/deep_sets.yaml";
    ::setenv("NVIDIA_TF32_OVERRIDE", "0", 1);
    const auto run = train(recipe, folder.path() / "run", shortened("deep_sets"));
    ::unsetenv("NVIDIA_TF32_OVERRIDE");
    const auto metadata = nlohmann::json::parse(read_text(run / "metadata.json"));
    EXPECT_EQ(metadata.at("repeat"), "jetsmith --threads 2 train config.yaml");
    EXPECT_EQ(metadata.at("config_sha256"), test::sha256sum(run / "config.yaml"));
    EXPECT_EQ(metadata.at("hardware").at("threads"), 2);
    EXPECT_EQ(metadata.at("hardware").at("device"), "cpu");
    for (const char* name : {"precision", "processor", "instructions"})
        EXPECT_FALSE(metadata.at("hardware").at(name).get<std::string>().empty()) << name;
    for (const char* name : {"libtorch", "hdf5", "compiler"})
        EXPECT_FALSE(metadata.at("versions").at(name).get<std::string>().empty()) << name;
    EXPECT_TRUE(metadata.at("seed").is_number());
    EXPECT_TRUE(metadata.contains("git") && metadata.contains("version"));
    EXPECT_EQ(metadata.at("environment").at("NVIDIA_TF32_OVERRIDE"), "0");
    for (const char* split : {"train", "val", "test"})
        for (const auto& [file, hash] : metadata.at("source_hashes").at(split).items())
            EXPECT_EQ(hash, test::sha256sum(file)) << file;
}

}  // namespace
}  // namespace jetsmith
