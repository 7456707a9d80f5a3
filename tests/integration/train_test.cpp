// SPDX-License-Identifier: Apache-2.0
// The program from the outside: recipes train, runs repeat, tables and reports come out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <nlohmann/json.hpp>

#include "analysis/predictions.h"
#include "analysis/members_report.h"
#include "core/atomic_file.h"
#include "tests/support/bad_input_files.h"
#include "tests/support/paths.h"
#include "tests/support/recipe_data.h"
#include "tests/support/recipes.h"
#include "tests/support/run_program.h"
#include "tests/support/sha256sum.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::run_program;
using testing::HasSubstr;

std::vector<std::string> short_training(const fs::path& recipe, const fs::path& out)
{
    // Every class must occur in every fold.
    const bool folds = recipe.stem().string().ends_with("folds");
    return {"train",  recipe.string(),
            "--out",  out.string(),
            "--set",  "trainer.epochs=1",
            "--set",  folds ? "data.max_rows=800" : "data.max_rows=160",
            "--set",  "trainer.batch_size=32",
            "--set",  "trainer.device=cpu"};
}

class RecipeTraining : public testing::TestWithParam<fs::path> {};

TEST_P(RecipeTraining, FillsTheRunFolder)
{
    const test::TempFolder folder;
    const fs::path run = folder.path() / "run";
    auto arguments = short_training(GetParam(), run);
    for (const auto& setting : test::recipe_data(GetParam(), folder.path()))
        arguments.insert(arguments.end(), {"--set", setting});
    const auto result = run_program(arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("AUC"));
    EXPECT_THAT(result.out, HasSubstr(run.string()));
    for (const char* name : {"config.yaml", "metadata.json", "log.txt", "history.csv",
                             "data_card.txt", "checkpoints/last", "checkpoints/best",
                             "predictions.h5", "metrics.json", "roc.csv", "report.html"})
        for (const auto& trained : analysis::trained_folders(run))
            EXPECT_TRUE(fs::exists(trained / name)) << trained / name;
    for (const char* name : {"config.yaml", "metadata.json", "report.html"})
        EXPECT_TRUE(fs::exists(run / name)) << name;
    if (fs::exists(run / "members")) return;
    const auto metadata = nlohmann::json::parse(read_text(run / "metadata.json"));
    EXPECT_GE(metadata.at("parameters").get<int64_t>(), 0);
    const auto rate = metadata.at("train_rate").at("unit").get<std::string>();
    EXPECT_THAT(result.err, HasSubstr(" " + rate + "  ")) << "the log calls rows what the data do";
    EXPECT_EQ(metadata.at("format_version"), 1);
}

INSTANTIATE_TEST_SUITE_P(Configs, RecipeTraining, testing::ValuesIn(test::recipes()),
                         [](const auto& info) { return test::recipe_name(info.param); });

class Train : public testing::Test {
  protected:
    /// One short training that the tests of this suite share.
    static void SetUpTestSuite()
    {
        folder_ = new test::TempFolder;
        const auto result = run_program(short_training(recipe(), run()));
        ASSERT_EQ(result.exit_code, 0) << result.err;
    }
    static void TearDownTestSuite()
    {
        delete folder_;
        folder_ = nullptr;
    }
    static fs::path recipe() { return test::quickstart_recipe(); }
    static fs::path run() { return folder_->path() / "first"; }

    static inline test::TempFolder* folder_ = nullptr;
};

TEST_F(Train, TheResolvedConfigRepeatsTheRunBitForBit)
{
    const fs::path again = folder_->path() / "again";
    const auto result =
        run_program({"train", (run() / "config.yaml").string(), "--out", again.string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto weights = [](const fs::path& r) {
        std::string name = read_text(r / "checkpoints/last");
        name.pop_back();
        return read_text(r / "checkpoints" / name / "model.safetensors");
    };
    EXPECT_EQ(weights(run()), weights(again));
}

TEST_F(Train, TheRunSaysWhichFilesItReadByTheirHashes)
{
    const auto metadata = nlohmann::json::parse(read_text(run() / "metadata.json"));
    const auto& hashes = metadata.at("source_hashes");
    ASSERT_EQ(hashes.size(), 3U);
    for (const auto& [split, files] : hashes.items()) {
        ASSERT_EQ(files.size(), 1U) << split;
        const auto file = test::sample_folder() / (split + ".h5");
        EXPECT_EQ(files.begin().value(), test::sha256sum(file)) << split;
        EXPECT_TRUE(fs::equivalent(files.begin().key(), file)) << split;
    }
    EXPECT_THAT(analysis::read_predictions(run() / "predictions.h5").source_hashes,
                testing::ElementsAre(test::sha256sum(test::sample_folder() / "test.h5")));
}

TEST_F(Train, EvaluateOnTheTestFileRepeatsTheScores)
{
    const auto result = run_program({"evaluate", run().string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto metric = [](const fs::path& path) {
        return nlohmann::json::parse(read_text(path)).at("taggers").at(0).at("metrics");
    };
    EXPECT_EQ(metric(run() / "metrics.json"), metric(run() / "evaluations/test/metrics.json"));
}

TEST_F(Train, EvaluateReadsOtherFiles)
{
    const auto file = test::sample_folder() / "val.h5";
    const auto result = run_program({"evaluate", run().string(), "--data", file.string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(fs::exists(run() / "evaluations/val/predictions.h5"));
}

TEST_F(Train, FilesOfOneNameAreEvaluatedSideBySide)
{
    const fs::path good = folder_->path() / "good";
    test::write_good_files(good);
    const auto scored = [&](const std::string& split, const fs::path& file) {
        fs::create_directories(file.parent_path());
        fs::copy_file(good / (split + ".h5"), file, fs::copy_options::skip_existing);
        const auto result = run_program({"evaluate", run().string(), "--data", file.string()});
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return result.out;
    };
    const auto hash = [&](const std::string& name) {
        return analysis::read_predictions(run() / "evaluations" / name / "predictions.h5")
            .source_hashes.at(0);
    };
    for (int again = 0; again < 2; ++again) {
        scored("val", folder_->path() / "a/x.h5");
        EXPECT_THAT(scored("train", folder_->path() / "b/x.h5"), HasSubstr("evaluations/x_2\n"));
    }
    EXPECT_EQ(hash("x"), test::sha256sum(good / "val.h5"));
    EXPECT_EQ(hash("x_2"), test::sha256sum(good / "train.h5"));
    EXPECT_FALSE(fs::exists(run() / "evaluations/x_3"));
}

TEST_F(Train, AFolderThatHoldsARunIsRefused)
{
    const auto result = run_program(short_training(recipe(), run()));
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("already holds a run"));
}

TEST_F(Train, RunsThatStartTogetherGetAFolderEach)
{
    const fs::path where = folder_->path() / "together";
    fs::create_directory(where);
    auto arguments = short_training(recipe(), "");
    arguments.erase(arguments.begin() + 2, arguments.begin() + 4);  // --out
    std::vector<std::future<test::ProgramResult>> runs;
    for (int run = 0; run < 3; ++run)
        runs.push_back(
            std::async(std::launch::async, [&] { return run_program(arguments, where.string()); }));
    for (auto& run : runs) {
        const auto result = run.get();
        EXPECT_EQ(result.exit_code, 0) << result.err;
    }
    int reports = 0;
    for (const auto& run : fs::directory_iterator(where / "runs"))
        reports += fs::exists(run.path() / "report.html");
    EXPECT_EQ(reports, 3);
}

TEST_F(Train, TableAndReportComeFromTheRunFolder)
{
    const auto table = run_program({"table", run().string()});
    ASSERT_EQ(table.exit_code, 0) << table.err;
    EXPECT_THAT(table.out, HasSubstr("cnn"));
    const auto page = folder_->path() / "page.html";
    const auto report = run_program({"report", run().string(), "--out", page.string()});
    ASSERT_EQ(report.exit_code, 0) << report.err;
    EXPECT_THAT(read_text(page), HasSubstr("<svg"));
}

TEST_F(Train, CheckTrainsOneStepAndWritesNothing)
{
    const test::TempFolder empty;
    const auto result = run_program({"check", recipe().string(), "--set", "data.max_rows=100"},
                                    empty.path().string());
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("ready to train"));
    EXPECT_EQ(result.out, "");
    EXPECT_TRUE(fs::is_empty(empty.path()));
}

TEST_F(Train, CheckKnowsEveryClassWhereTheTrainingHasOne)
{
    const auto anomaly = test::source_folder() / "configs/anomaly/autoencoder_dense.yaml";
    const auto result = run_program({"check", anomaly.string(), "--set", "data.max_rows=100"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, HasSubstr("ready to train"));
}

TEST_F(Train, CheckPrintsTheConfigAloneSoThatItCanBeRedirected)
{
    const auto check = [](const fs::path& config) {
        return run_program({"check", config.string(), "--print-config", "--set",
                            "data.max_rows=100", "--set", "trainer.device=cpu"});
    };
    const auto first = check(recipe());
    ASSERT_EQ(first.exit_code, 0) << first.err;
    const auto second = check(folder_->file("printed.yaml", first.out));
    ASSERT_EQ(second.exit_code, 0) << second.err;
    EXPECT_EQ(second.out, first.out);
}

TEST_F(Train, ARunOnFilesOfOneClassEachIsEvaluatedAndRepeated)
{
    const auto sample = test::sample_folder() / "train.h5";
    const std::string files = "[{file: " + sample.string() + ", class: qcd, rows: '0:60'}, {file: " +
                              sample.string() + ", class: top, rows: '60:120'}]";
    const fs::path run = folder_->path() / "by_class", again = folder_->path() / "by_class_again";
    auto arguments = short_training(recipe(), run);
    for (const char* split : {"train", "val", "test"}) {
        arguments.push_back("--set");
        arguments.push_back("data." + std::string(split) + "=" + files);
    }
    const auto trained = run_program(arguments);
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
    const auto evaluated = run_program({"evaluate", run.string()});
    EXPECT_EQ(evaluated.exit_code, 0) << evaluated.err;
    const auto repeated =
        run_program({"train", (run / "config.yaml").string(), "--out", again.string()});
    ASSERT_EQ(repeated.exit_code, 0) << repeated.err;
    EXPECT_EQ(read_text(run / "metrics.json"), read_text(again / "metrics.json"));
}

}  // namespace
}  // namespace jetsmith
