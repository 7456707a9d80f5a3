// SPDX-License-Identifier: Apache-2.0
// trainer.on_nan: skip, and what checkpoints hold of a training with bad steps. The objective with
// the planted fault is registered by bad_step_test.cpp.
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <optional>

#include "tests/support/temp_folder.h"
#include "tests/trainers/watched_training.h"
#include "trainers/checkpoint_callback.h"
#include "trainers/checkpoint_folders.h"
#include "trainers/resume.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::kBatch;
using test::kSeed;
using test::ToyTraining;
using Watched = test::WatchedTraining;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kSkip =
    "trainer: {epochs: 2, on_nan: skip}\nobjective: {type: faulty, row: 17, value: nan}\n";

TEST(SkippedStep, ChangesNeitherParametersNorRunningMeansAndIsCounted)
{
    // The validation rows end before that one.
    for (const std::string in : {"loss", "gradient"}) {
        Watched watched(
            "model: {batch_norm: true}\ntrainer: {epochs: 2, on_nan: skip}\nobjective: "
            "{type: faulty, in: " +
            in + ", row: 250, value: inf}\n");
        ASSERT_EQ(watched.fit(), "");
        const auto [bad, entry] = watched.place_of(250);
        ASSERT_EQ(watched.seen.size(), 21U);
        for (int64_t step = 0; step < 10; ++step) {
            const auto& before = watched.seen[static_cast<size_t>(step)];
            const auto& after = watched.seen[static_cast<size_t>(step + 1)];
            EXPECT_EQ(before.first.equal(after.first), step == bad) << step;
            EXPECT_EQ(before.second.equal(after.second), step == bad) << step;
        }
        for (const auto& record : watched.toy.history) {
            EXPECT_EQ(record.skipped, 1);
            EXPECT_TRUE(std::isfinite(record.train_loss));
            EXPECT_TRUE(std::isfinite(record.val_loss));
        }
    }
}

TEST(SkippedStep, LeavesNothingBehindInTheLoss)
{
    // With a learning rate of next to nothing the mean loss is that of the rows of the other steps.
    const std::string still = "optimizer: {lr: 1.0e-12}\n";
    Watched watched(still + kSkip), all(still + "trainer: {epochs: 1}\n");
    ASSERT_EQ(watched.fit() + all.fit(), "");
    const auto order = epoch_order(watched.toy.train, kSeed, 0);
    const auto [bad, entry] = watched.place_of(17);
    const int64_t begin = bad * kBatch, end = std::min<int64_t>(300, begin + kBatch);
    const auto left_out = order.slice(0, begin, end);
    const auto others = at::cat({order.slice(0, 0, begin), order.slice(0, end)});
    ASSERT_EQ(left_out.size(0) + others.size(0), 300);
    EXPECT_NEAR(watched.toy.history[0].train_loss,
                all.toy.evaluate(all.toy.train.select(others)).loss, 1e-5);
}

TEST(SkippedStep, AllOfAnEpochAreTooMany)
{
    Watched watched("trainer: {epochs: 2, on_nan: skip}\n");
    watched.toy.train.weights_B.fill_(NAN);
    EXPECT_THAT(watched.fit(), StartsWith("trainer.on_nan: all 10 steps of epoch 1 were left out"));
}

TEST(SkippedStep, ResumesToTheSameBitsFromAnywhere)
{
    const auto train = [&](const fs::path& run, std::optional<int64_t> from) {
        TrainerOptions options;
        options.checkpoint_steps = from ? 0 : 1;
        options.keep_checkpoints = 100;
        fs::create_directories(run / "checkpoints");
        std::vector<std::unique_ptr<Callback>> extra;
        extra.push_back(make_checkpoint_callback(run / "checkpoints", options,
                                                 nlohmann::ordered_json::object()));
        if (from)
            extra.push_back(make_resume_callback(
                read_checkpoint(run / "checkpoints" / CheckpointFolders::name(*from))));
        ToyTraining toy(kSkip, std::move(extra));
        toy.fit();
        return std::pair(toy.trainer->parameters().values().clone(), toy.history.back());
    };
    const test::TempFolder folder;
    const auto whole = train(folder.path(), {});
    for (const int64_t step : {12, 9, 1}) {  // a resumed run removes later checkpoints
        const auto resumed = train(folder.path(), step);
        EXPECT_TRUE(resumed.first.equal(whole.first)) << step;
        EXPECT_EQ(resumed.second.train_loss, whole.second.train_loss) << step;
        EXPECT_EQ(resumed.second.skipped, 1) << step;
    }
}

TEST(Checkpoint, HoldsTheStateBeforeTheBadStepAndNeverABadOne)
{
    const test::TempFolder folder;
    const fs::path checkpoints = folder.path() / "checkpoints";
    const auto callback = [&] {
        fs::create_directories(checkpoints);
        return make_checkpoint_callback(checkpoints, TrainerOptions(),
                                        nlohmann::ordered_json::object());
    };
    Watched watched("trainer: {epochs: 1}\nobjective: {type: faulty, row: 17}\n", callback());
    EXPECT_THAT(watched.fit(), HasSubstr("the loss is NaN"));
    const auto saved = newest_checkpoint(folder.path());
    ASSERT_TRUE(saved);
    EXPECT_EQ(saved->state.at("step"), watched.place_of(17).first);
    EXPECT_TRUE(saved->training.at("parameters").equal(watched.seen.back().first));

    Watched spoilt("trainer: {epochs: 1}\n");
    EXPECT_EQ(spoilt.fit(), "");
    for (const auto& [name, tensor] : spoilt.toy.trainer->optimizer()->state()) {
        const auto good = tensor.clone();
        tensor.flatten()[0].fill_(NAN);
        EXPECT_THROW(save_checkpoint(checkpoints / "bad", *spoilt.toy.trainer), RunError) << name;
        EXPECT_FALSE(fs::exists(checkpoints / "bad")) << name;
        tensor.copy_(good);
    }
    spoilt.toy.trainer->parameters().values()[0].fill_(INFINITY);
    EXPECT_THROW(save_checkpoint(checkpoints / "bad", *spoilt.toy.trainer), RunError);
}

}  // namespace
}  // namespace jetsmith
