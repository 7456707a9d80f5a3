// SPDX-License-Identifier: Apache-2.0
// From jets to distances, to medoids, to a network that is fed with the distances to them.
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/predictions.h"
#include "core/atomic_file.h"
#include "datasets/hdf5/arrays.h"
#include "inputs/input.h"
#include "tests/support/run_program.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_files.h"
#include "trainers/checkpoint_folders.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::run_program;
using testing::HasSubstr;
using testing::Not;

constexpr size_t kSlots = 8;

/// 60 training jets, 40 others for validation and test, medoids of the first 30, and a training.
class MedoidInputs : public testing::Test {
  protected:
    static void SetUpTestSuite()
    {
        folder_ = new test::TempFolder;
        test::write_top_tagging(path("train.h5"), test::make_toy_jets(60, kSlots, 3), kSlots, {});
        test::write_top_tagging(path("val.h5"), test::make_toy_jets(40, kSlots, 4), kSlots, {});
        test::write_top_tagging(path("test.h5"), test::make_toy_jets(40, kSlots, 5), kSlots, {});
        run({"emd", path("train.h5"), "--rows", "0:30", "--radius", "0.8", "--max-particles", "6",
             "--out", path("d.h5")});
        run({"medoids", path("d.h5"), "--k", "2", "--labels", path("train.h5") + ":is_signal_new",
             "--out", path("m.h5")});
        write_atomically(path("run.yaml"), R"(
name: medoids
data: {type: top_tagging, train: train.h5, val: val.h5, test: test.h5}
inputs: {type: medoid_distances, medoids: m.h5, nearest: true}
model: {type: dnn, widths: [8]}
objective: {type: cross_entropy}
optimizer: {type: adam, lr: 0.01}
schedule: {type: constant}
trainer: {epochs: 2, batch_size: 20, device: cpu, checkpoint_steps: 1, keep_checkpoints: 100}
)");
        messages_ = run({"train", path("run.yaml"), "--out", path("run")});
        fs::rename(path("m.h5"), path("kept.h5"));
        fs::remove(path("d.h5"));
    }
    static void TearDownTestSuite() { delete folder_; }

    /// What it said.
    static std::string run(const std::vector<std::string>& arguments)
    {
        const auto result = run_program(arguments);
        EXPECT_EQ(result.exit_code, 0) << result.err;
        return result.err;
    }
    static std::string path(const std::string& name) { return (folder_->path() / name).string(); }
    /// A verb on a cross-validation over the rows of one file, with the medoids of train.h5.
    static std::vector<std::string> folds(const std::string& verb, const std::string& file,
                                          const std::vector<std::string>& more = {})
    {
        std::vector<std::string> all{verb, path("run.yaml")};
        for (const auto& setting : {"inputs.medoids=" + path("kept.h5"), "data.train=" + path(file),
                                    std::string("data.val=null"), std::string("data.test=null"),
                                    std::string("folds.count=3"), std::string("trainer.epochs=1")})
            all.insert(all.end(), {"--set", setting});
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    static std::vector<double> scores(const std::string& file)
    {
        return analysis::read_predictions(path(file)).table.scores_NC;
    }

    static inline test::TempFolder* folder_ = nullptr;
    static inline std::string messages_;  ///< of the training
};

TEST_F(MedoidInputs, AreTheDistancesThatTheMedoidsCameWith)
{
    const auto wanted = hdf5::read_array<double>(hdf5::File::open(path("kept.h5")), "distances");
    ASSERT_EQ(wanted.shape, (std::vector<int64_t>{30, 4}));
    Config config(
        parse_yaml("type: medoid_distances\nstandardise: false\nmedoids: " + path("kept.h5"),
                   "run.yaml"),
        "inputs", "a test");
    const auto input = Registry<Input>::make(config);
    const auto store =
        test::reader_from("type: top_tagging\ntrain: " + path("train.h5"))->read(Split::train);
    const auto made =
        input->make(store, at::arange(30, at::kLong), std::nullopt, at::kFloat).features_BF;
    for (int64_t i = 0; i < 120; ++i)  // certified to 2e-6 of a total pT below 1500 GeV, twice
        EXPECT_NEAR(made.flatten()[i].item<double>(), wanted.values[static_cast<size_t>(i)], 6e-3);
}

TEST_F(MedoidInputs, AreMadeForAnEvaluationWithoutTheirFile)
{
    run({"evaluate", path("run"), "--data", path("test.h5"), "--out", path("again")});
    EXPECT_EQ(scores("again/predictions.h5"), scores("run/predictions.h5"));
}

TEST_F(MedoidInputs, AreMadeForAResumedTrainingWithoutTheirFile)
{
    fs::create_directories(path("cut"));
    for (const char* file : {"config.yaml", "metadata.json"})
        fs::copy(path("run/") + file, path("cut"));
    fs::copy(path("run/checkpoints"), path("cut/checkpoints"), fs::copy_options::recursive);
    const CheckpointFolders folders(path("cut/checkpoints"));
    folders.remove_all_but(2, 100, "");
    folders.point(kLast, CheckpointFolders::name(2));
    run({"train", "--resume", path("cut")});
    EXPECT_EQ(scores("cut/predictions.h5"), scores("run/predictions.h5"));
}

TEST_F(MedoidInputs, OfANewTrainingWantTheirFile)
{
    const auto result = run_program({"train", path("run.yaml"), "--out", path("new")});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr("run.yaml:4: inputs.medoids: "));
    EXPECT_THAT(result.err, HasSubstr("m.h5 is not there"));
}

TEST_F(MedoidInputs, AreWarnedOfWhereFiguresAreMeasuredOnTheirRows)
{
    EXPECT_THAT(messages_, Not(HasSubstr("also served")));
    const auto said = run({"train", path("run.yaml"), "--out", path("seen"), "--set",
                           "inputs.medoids=" + path("kept.h5"), "--set",
                           "data.test=" + path("train.h5"), "--set", "trainer.epochs=1"});
    EXPECT_THAT(said, HasSubstr("data.test: " + path("train.h5") +
                                " also served to make what inputs brings along"));
}

TEST_F(MedoidInputs, AreWarnedOfOnceWhereFoldsTestTheirRows)
{
    const auto warning = "data.train: " + path("train.h5") +
                         " also served to make what inputs brings along, and every row of it is "
                         "tested by a member of the folds";
    const auto said = run(folds("train", "train.h5", {"--out", path("folds")}));
    const auto first = said.find(warning);
    ASSERT_NE(first, std::string::npos) << said;
    EXPECT_EQ(said.find(warning, first + 1), std::string::npos) << said;
    EXPECT_THAT(run(folds("check", "train.h5")), HasSubstr(warning));
    EXPECT_THAT(run(folds("check", "val.h5")), Not(HasSubstr("also served")));
}

}  // namespace
}  // namespace jetsmith
