// SPDX-License-Identifier: Apache-2.0
// A network with several yes/no labels per event, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/predictions.h"
#include "core/atomic_file.h"
#include "tests/support/paths.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::run_program;
using testing::HasSubstr;
using testing::Not;

const fs::path kSource = test::source_folder();

class Labels : public testing::Test {
  protected:
    /// One short training without test rows, which the tests of this suite share.
    static void SetUpTestSuite()
    {
        folder_ = new test::TempFolder;
        const auto result = run_program(
            {"train", recipe(), "--out", run(), "--set", "trainer.epochs=2", "--set",
             "data.max_rows=800", "--set", "trainer.device=cpu", "--set", "data.test=null"});
        ASSERT_EQ(result.exit_code, 0) << result.err;
        ASSERT_THAT(result.err, HasSubstr(" higgs (weight ")) << "the data card counts labels";
    }
    static void TearDownTestSuite()
    {
        delete folder_;
        folder_ = nullptr;
    }
    static std::string recipe() { return (kSource / "configs/events/dnn_labels.yaml").string(); }
    static std::string run() { return (folder_->path() / "run").string(); }

    static inline test::TempFolder* folder_ = nullptr;
};

TEST_F(Labels, PredictionsHoldOneProbabilityAndOneAnswerPerLabel)
{
    const auto table = analysis::read_predictions(fs::path(run()) / "predictions.h5").table;
    EXPECT_TRUE(table.multi_label);
    EXPECT_EQ(table.rows, 800);
    EXPECT_EQ(table.classes, 3);
    EXPECT_THAT(table.class_names, testing::ElementsAre("top_pair", "higgs", "heavy_quark"));
    EXPECT_EQ(table.split, "val");
    const auto& process = table.observers.at("process");
    for (int64_t row = 0; row < table.rows; ++row) {
        EXPECT_EQ(table.belongs(row, 0), process[row] == 2 || process[row] == 3);
        EXPECT_EQ(table.belongs(row, 1), process[row] == 3);
        EXPECT_EQ(table.belongs(row, 2), process[row] >= 4);
    }
}

TEST_F(Labels, MetricsOfTheFileAreThoseOfTheRun)
{
    const auto result = run_program(
        {"metrics", run() + "/predictions.h5", "--scores", "scores", "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto seen = nlohmann::json::parse(result.out)["taggers"][0]["metrics"];
    const auto ours =
        nlohmann::json::parse(read_text(run() + "/metrics.json"))["taggers"][0]["metrics"];
    for (const char* name : {"auc", "auc[higgs]", "accuracy[top_pair]", "rejection[heavy_quark]@0.5"})
        EXPECT_EQ(seen.at(name).at("value"), ours.at(name).at("value")) << name;
    EXPECT_TRUE(ours.contains("log_loss[higgs]"));
}

TEST_F(Labels, TableAndReportNameEveryLabelAndTheRowsThatWereScored)
{
    const auto table = run_program({"table", run()});
    ASSERT_EQ(table.exit_code, 0) << table.err;
    EXPECT_THAT(table.out, HasSubstr("AUC[heavy_quark]"));
    EXPECT_THAT(table.out, HasSubstr("validation rows: 800; with top_pair"));
    const auto page = read_text(run() + "/report.html");
    EXPECT_THAT(page, HasSubstr("validation rows: 800; with"));
    EXPECT_THAT(page, HasSubstr("score of heavy quark"));
    EXPECT_THAT(page, Not(HasSubstr("Confusion matrix")));
}

TEST_F(Labels, EvaluateScoresOtherEvents)
{
    const auto file = kSource / "datasets/samples/events/test.h5";
    const auto result = run_program({"evaluate", run(), "--data", file.string()});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out + result.err, HasSubstr("rows: 5,400; with top_pair"));
    const auto table =
        analysis::read_predictions(fs::path(run()) / "evaluations/test/predictions.h5").table;
    EXPECT_EQ(table.split, "") << "rows of no split of the run's config";
    EXPECT_EQ(table.rows, 5400);
}

TEST_F(Labels, FiguresGoWhenAPassWithoutLabelsReplacesTheirScores)
{
    const fs::path out = fs::path(run()) / "evaluations/some";
    std::vector<std::string> arguments{
        "evaluate",   run(),    "--out",
        out.string(), "--data", (kSource / "datasets/samples/events/test.h5").string()};
    const auto labelled = run_program(arguments);
    ASSERT_EQ(labelled.exit_code, 0) << labelled.err;
    ASSERT_TRUE(fs::exists(out / "metrics.json"));
    arguments.insert(arguments.end(), {"--set", "data.labels.higgs=absent > 0"});
    const auto unlabelled = run_program(arguments);
    ASSERT_EQ(unlabelled.exit_code, 0) << unlabelled.err;
    EXPECT_THAT(unlabelled.err, HasSubstr("no labels: predictions only"));
    EXPECT_TRUE(fs::exists(out / "predictions.h5"));
    for (const char* figures : {"metrics.json", "roc.csv", "report_images.h5"})
        EXPECT_FALSE(fs::exists(out / figures)) << figures;
}

TEST_F(Labels, ObjectivesForClassesAreRefusedBeforeTheTraining)
{
    const auto result = run_program({"check", recipe(), "--set", "data.max_rows=200", "--set",
                                     "objective.type=cross_entropy"});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("Use binary_cross_entropy."));
    const auto classes = kSource / "configs/events/dnn_high_level.yaml";
    const auto other = run_program({"check", classes.string(), "--set", "data.max_rows=200",
                                    "--set", "objective.type=binary_cross_entropy"});
    EXPECT_EQ(other.exit_code, 2);
    EXPECT_THAT(other.err, HasSubstr("Name them in data.labels"));
}

TEST_F(Labels, ALabelThatNoRowOrEveryRowHasStopsTheRun)
{
    const auto check = [](const std::string& label) {
        return run_program({"check", recipe(), "--set", "data.max_rows=200", "--set",
                            "data.labels.higgs=" + label});
    };
    const auto none = check("process > 7"), all = check("process >= 0"), bad = check("process");
    EXPECT_EQ(none.exit_code, 2);
    EXPECT_THAT(none.err, HasSubstr("data.train: no row with label 'higgs' is left"));
    EXPECT_EQ(all.exit_code, 2);
    EXPECT_THAT(all.err, HasSubstr("data.train: every row has label 'higgs'"));
    EXPECT_EQ(bad.exit_code, 2);
    EXPECT_THAT(bad.err, HasSubstr("(0 or 1 is wanted)"));
}

}  // namespace
}  // namespace jetsmith
