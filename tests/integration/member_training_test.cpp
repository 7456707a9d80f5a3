// SPDX-License-Identifier: Apache-2.0
// Repeats, scans and folds from the outside: one folder, one row per model, finished members kept.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/predictions.h"
#include "core/atomic_file.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using nlohmann::json;
using test::run_program;
using testing::AllOf;
using testing::HasSubstr;

fs::path recipe(const std::string& name)
{
    return test::source_folder() / "configs" / name;
}

std::vector<std::string> training(const fs::path& config, const fs::path& out,
                                  const std::vector<std::string>& changes)
{
    std::vector<std::string> arguments{"--threads",     "2",     "train",
                                       config.string(), "--out", out.string()};
    for (const char* change : {"trainer.epochs=1", "data.max_rows=400", "trainer.device=cpu"})
        arguments.insert(arguments.end(), {"--set", change});
    for (const auto& change : changes) arguments.insert(arguments.end(), {"--set", change});
    return arguments;
}

double auc_of(const fs::path& run)
{
    const auto metrics = json::parse(read_text(run / "metrics.json"));
    return metrics.at("taggers").at(0).at("metrics").at("auc").at("value");
}

json table_of(const fs::path& run)
{
    const auto result = run_program({"table", run.string(), "--format", "json"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return json::parse(result.out).at("rows");
}

class Repeat : public testing::Test {
  protected:
    static void SetUpTestSuite()
    {
        folder_ = new test::TempFolder;
        const auto result = run_program(arguments());
        ASSERT_EQ(result.exit_code, 0) << result.err;
    }
    static void TearDownTestSuite()
    {
        delete folder_;
        folder_ = nullptr;
    }
    static std::vector<std::string> arguments(const std::string& repeat = "trainer.repeat=3")
    {
        return training(recipe("anomaly/autoencoder_dense.yaml"), run(), {repeat, "seed=5"});
    }
    static fs::path run() { return folder_->path() / "run"; }
    static fs::path member(int seed) { return run() / "members" / fmt::format("seed_{}", seed); }

    static inline test::TempFolder* folder_ = nullptr;
};

TEST_F(Repeat, IsOneRowWithMedianAndSpread)
{
    std::vector<double> auc{auc_of(member(5)), auc_of(member(6)), auc_of(member(7))};
    std::sort(auc.begin(), auc.end());
    ASSERT_LT(auc[0], auc[2]) << "seeds make a difference";
    const auto rows = table_of(run());
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].at("runs"), 3);
    EXPECT_EQ(rows[0].at("error_kind"), "spread over runs");
    EXPECT_NEAR(rows[0].at("auc").at("value").get<double>(), auc[1], 1e-12);
    EXPECT_LE(rows[0].at("auc").at("error").get<double>(), auc[2] - auc[0]);
}

TEST_F(Repeat, MembersAreOrdinaryRunsThatRepeatAlone)
{
    const fs::path again = folder_->path() / "again";
    const auto result =
        run_program({"train", (member(6) / "config.yaml").string(), "--out", again.string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(auc_of(again), auc_of(member(6)));
    EXPECT_FALSE(fs::exists(again / "members"));
}

TEST_F(Repeat, ItsResolvedConfigRepeatsAllMembers)
{
    const fs::path again = folder_->path() / "whole";
    const auto result =
        run_program({"train", (run() / "config.yaml").string(), "--out", again.string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    for (const int seed : {5, 6, 7})
        EXPECT_EQ(auc_of(again / "members" / fmt::format("seed_{}", seed)), auc_of(member(seed)));
    EXPECT_EQ(read_text(again / "config.yaml"), read_text(run() / "config.yaml"));
}

TEST_F(Repeat, TrainingAgainKeepsWhatHasFinishedAndTrainsTheRest)
{
    const auto kept = fs::last_write_time(member(5) / "predictions.h5");
    const double auc = auc_of(member(6));
    fs::remove(member(6) / "report.html");
    fs::remove(run() / "config.yaml");  // what is written last
    const auto result = run_program(arguments());
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.err, AllOf(HasSubstr("member seed_5: kept"),
                                  HasSubstr("3 of 3: member seed_6 is trained")));
    EXPECT_EQ(fs::last_write_time(member(5) / "predictions.h5"), kept);
    EXPECT_EQ(auc_of(member(6)), auc);
}

TEST_F(Repeat, AFolderWithTheMembersOfAnotherConfigIsRefused)
{
    EXPECT_THAT(run_program(arguments()).err, HasSubstr("already holds a run"));
    const auto config = read_text(run() / "config.yaml");
    fs::remove(run() / "config.yaml");
    const auto result = run_program(arguments("trainer.repeat=2"));
    write_atomically(run() / "config.yaml", config);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("holds the members of another config"));
}

TEST_F(Repeat, ReportAndEvaluateTakeTheFolder)
{
    const auto page = folder_->path() / "page.html";
    const auto report = run_program({"report", run().string(), "--out", page.string()});
    ASSERT_EQ(report.exit_code, 0) << report.err;
    EXPECT_THAT(read_text(page), HasSubstr("seed_7"));
    // As members do, side by side: other numbers of threads may add in another order.
    const auto evaluation = run_program({"--threads", "1", "evaluate", run().string()});
    ASSERT_EQ(evaluation.exit_code, 0) << evaluation.err;
    for (const int seed : {5, 6, 7})
        EXPECT_EQ(auc_of(member(seed) / "evaluations/test"), auc_of(member(seed)));
}

TEST(Scan, IsOneRowPerValueAndADrawing)
{
    const test::TempFolder folder;
    const fs::path run = folder.path() / "run";
    const auto result = run_program(training(recipe("anomaly/latent_scan.yaml"), run,
                                             {"scan={model.latent: [2, 5]}", "trainer.repeat=2"}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto rows = table_of(run);
    ASSERT_EQ(rows.size(), 2U);
    // Weights and biases of 1369-32-L-32-1369.
    for (size_t i = 0; i < 2; ++i) {
        const int latent = i == 0 ? 2 : 5;
        EXPECT_EQ(rows[i].at("runs"), 2);
        EXPECT_EQ(rows[i].at("parameters"),
                  1369 * 32 + 32 + 32 * latent + latent + latent * 32 + 32 + 32 * 1369 + 1369);
        const std::string stem = fmt::format("members/latent_{}_seed_", latent);
        EXPECT_NEAR(rows[i].at("auc").at("value").get<double>(),
                    0.5 * (auc_of(run / (stem + "1")) + auc_of(run / (stem + "2"))), 1e-12);
    }
    EXPECT_TRUE(fs::exists(run / "plots/scan.svg"));
    EXPECT_THAT(read_text(run / "report.html"), HasSubstr("Scan"));
}

TEST(Scan, AFailingMemberIsNamedInOneLineAndTheFinishedOnesAreKept)
{
    const test::TempFolder folder;
    const fs::path run = folder.path() / "run";
    const auto result =
        run_program(training(recipe("anomaly/autoencoder_dense.yaml"), run,
                             {"scan={model.latent: [2, -3, 4]}", "trainer.side_by_side=1"}));
    EXPECT_EQ(result.exit_code, 2) << result.err;
    const std::string last = result.err.substr(result.err.rfind("jetsmith: "));
    EXPECT_THAT(last, AllOf(HasSubstr("member latent_-3: "), HasSubstr("model.latent"),
                            HasSubstr("is out of range")));
    EXPECT_EQ(std::count(last.begin(), last.end(), '\n'), 1);
    EXPECT_TRUE(fs::exists(run / "members/latent_2/report.html"));
    EXPECT_FALSE(fs::exists(run / "members/latent_4")) << "nothing is started after a failure";
}

TEST(Members, GoOnWhenTheProgramIsReplacedMeanwhile)
{
    const test::TempFolder folder;
    const fs::path own = folder.path() / "jetsmith", run = folder.path() / "run";
    fs::copy_file(test::program(), own);
    const auto arguments = training(recipe("anomaly/autoencoder_dense.yaml"), run,
                                    {"trainer.repeat=2", "trainer.side_by_side=1"});
    auto trained =
        std::async(std::launch::async, [&] { return test::run_other(own.string(), arguments); });
    const fs::path first = run / "members/seed_1.txt";
    while (!fs::exists(first) && trained.wait_for(10ms) == std::future_status::timeout) continue;
    ASSERT_TRUE(fs::exists(first)) << trained.get().err;
    // As a linker does it: another file under the same name.
    fs::remove(own);
    folder.file("jetsmith", "another program");
    const auto result = trained.get();
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(fs::exists(run / "members/seed_2/report.html"));
}

TEST(Folds, EveryRowIsScoredOnceByTheMemberThatNeverSawIt)
{
    const test::TempFolder folder;
    const fs::path run = folder.path() / "run";
    const auto result =
        run_program(training(recipe("events/dnn_high_level_folds.yaml"), run, {"folds.count=3"}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto stitched = analysis::read_predictions(run / "predictions.h5").table;
    EXPECT_EQ(stitched.rows, 400);
    std::map<int64_t, double> score;
    for (int64_t row = 0; row < stitched.rows; ++row)
        score[stitched.source_rows_N[size_t(row)]] = stitched.score(row, 0);
    EXPECT_EQ(score.size(), 400U);
    EXPECT_TRUE(std::is_sorted(stitched.source_rows_N.begin(), stitched.source_rows_N.end()));
    int64_t seen = 0;
    for (int fold = 0; fold < 3; ++fold) {
        const fs::path member = run / "members" / fmt::format("fold_{}", fold);
        const auto part = analysis::read_predictions(member / "predictions.h5").table;
        seen += part.rows;
        for (int64_t row = 0; row < part.rows; ++row)
            EXPECT_EQ(score.at(part.source_rows_N[size_t(row)]), part.score(row, 0));
        const auto data = json::parse(read_text(member / "metadata.json")).at("data").dump();
        EXPECT_THAT(data, HasSubstr("train"));
    }
    EXPECT_EQ(seen, 400);
    const auto rows = table_of(run);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].at("test_rows"), 400);
}

TEST(Folds, FilesToTestAndMixturesCannotStandBesideThem)
{
    const test::TempFolder folder;
    const auto refused = [&](const std::string& name, const std::vector<std::string>& changes) {
        const auto result = run_program(training(recipe(name), folder.path() / "run", changes));
        EXPECT_EQ(result.exit_code, 2);
        return result.err;
    };
    EXPECT_THAT(refused("events/dnn_high_level.yaml", {"folds.count=3"}),
                HasSubstr("data.val: has files"));
    EXPECT_THAT(refused("anomaly/latent_scan.yaml", {"folds.count=3"}),
                HasSubstr("folds: stand beside scan"));
    EXPECT_THAT(refused("events/dnn_high_level.yaml", {"folds.count=2"}),
                HasSubstr("2 folds are too few (at least 3"));
}

}  // namespace
}  // namespace jetsmith
