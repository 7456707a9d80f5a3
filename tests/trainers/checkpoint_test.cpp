// SPDX-License-Identifier: Apache-2.0
#include "trainers/checkpoint.h"

#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/atomic_file.h"
#include "core/damaged_file.h"
#include "core/random.h"
#include "tests/support/temp_folder.h"
#include "tests/support/toy_training.h"
#include "tests/support/user_error.h"
#include "trainers/checkpoint_callback.h"
#include "trainers/checkpoint_folders.h"
#include "trainers/resume.h"
#include "trainers/sealed_json.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using test::ToyTraining;

constexpr int64_t kSteps = 20;  // 300 rows in batches of 32, twice

TrainerOptions every_step()
{
    TrainerOptions options;
    options.checkpoint_steps = 1;
    options.keep_checkpoints = 1000;
    return options;
}

/// Trains with checkpoints in `run`, from the one of `step` on where it is not negative.
std::unique_ptr<ToyTraining> train(const std::string& yaml, const fs::path& run, int64_t step = -1,
                                   const TrainerOptions& options = every_step())
{
    const CheckpointFolders folders(run / "checkpoints");
    fs::create_directories(run / "checkpoints");
    std::vector<std::unique_ptr<Callback>> extra;
    extra.push_back(make_checkpoint_callback(run / "checkpoints", options, {{"run", "toy"}}));
    if (step >= 0)
        extra.push_back(make_resume_callback(
            read_checkpoint(folders.path(CheckpointFolders::name(step)))));
    auto toy = std::make_unique<ToyTraining>(yaml, std::move(extra));
    toy->fit();
    return toy;
}

void expect_same_bits(ToyTraining& a, ToyTraining& b, const std::string& what)
{
    EXPECT_TRUE(a.trainer->parameters().values().equal(b.trainer->parameters().values())) << what;
    for (const auto& [name, tensor] : a.trainer->optimizer()->state())
        EXPECT_TRUE(tensor.equal(b.trainer->optimizer()->state().at(name))) << what << " " << name;
    for (size_t i = 0; i < a.trainer->callbacks().size(); ++i)
        for (const auto& [name, tensor] : a.trainer->callbacks()[i]->tensors())
            EXPECT_TRUE(tensor.equal(b.trainer->callbacks()[i]->tensors().at(name))) << what;
    EXPECT_EQ(a.trainer->position(), b.trainer->position()) << what;
    ASSERT_FALSE(b.history.empty()) << what;
    EXPECT_EQ(a.history.back().train_loss, b.history.back().train_loss) << what;
    EXPECT_EQ(a.history.back().val_loss, b.history.back().val_loss) << what;
    EXPECT_EQ(a.history.back().learning_rate, b.history.back().learning_rate) << what;
}

/// Interrupts anywhere, goes on, and compares with the undisturbed training.
void expect_resume_is_exact(const std::string& yaml, const std::vector<int64_t>& save_points)
{
    const test::TempFolder whole, parts;
    const auto undisturbed = train(yaml, whole.path());
    for (const int64_t step : save_points) {
        fs::remove_all(parts.path() / "checkpoints");
        fs::copy(whole.path() / "checkpoints", parts.path() / "checkpoints",
                 fs::copy_options::recursive);
        const auto resumed = train(yaml, parts.path(), step);
        expect_same_bits(*undisturbed, *resumed, yaml + " from step " + std::to_string(step));
    }
}

TEST(Resume, IsExactForEveryOptimizer)
{
    for (const auto& name : Registry<Optimizer>::names())
        expect_resume_is_exact("optimizer: {type: " + name + ", lr: 0.01}\n", {1, 10, 13});
}

TEST(Resume, IsExactForEverySchedule)
{
    for (const auto& name : Registry<Schedule>::names())
        expect_resume_is_exact("schedule: {type: " + name + "}\ntrainer: {epochs: 3}\n",
                               {1, 10, 11, 20, 25});
}

TEST(Resume, IsExactWithDropoutAveragesClippingAndAccumulation)
{
    expect_resume_is_exact(
        "model: {dropout: 0.3}\n"
        "callbacks: [{type: ema, decay: 0.9}, {type: early_stopping, patience: 3}]\n"
        "trainer: {accumulate: 2, clip_norm: 0.5}\n",
        {1, 3, 5, 6, 9});
}

TEST(Resume, IsExactWhenRowsAreDrawnByWeight)
{
    expect_resume_is_exact("trainer: {sampling: weighted}\n", {4, 10});
}

TEST(Resume, EarlyStoppingCountsOn)
{
    // Without progress it stops after the fourth epoch, wherever the training was taken up.
    const std::string yaml =
        "optimizer: {lr: 1.0e-12}\ntrainer: {epochs: 50}\n"
        "callbacks: [{type: early_stopping, patience: 2, min_delta: 0.1}]\n";
    const test::TempFolder folder;
    train(yaml, folder.path());
    EXPECT_EQ(train(yaml, folder.path(), 25)->trainer->position().epoch, 4);
}

TEST(Resume, MoreEpochsGoOnBehindTheEnd)
{
    const test::TempFolder folder;
    train("", folder.path());
    const auto longer = train("trainer: {epochs: 3}\n", folder.path(), kSteps);
    EXPECT_EQ(longer->trainer->position().step, 30);
    EXPECT_EQ(longer->history.size(), 1U);
    expect_same_bits(*train("trainer: {epochs: 3}\n", test::TempFolder().path()), *longer, "longer");
}

TEST(Checkpoint, KeepsTheNewestAndTheBest)
{
    const test::TempFolder folder;
    TrainerOptions options;
    options.keep_checkpoints = 1;
    const auto toy = train("trainer: {epochs: 3}\n", folder.path(), -1, options);
    EXPECT_EQ(checkpoint_folder(folder.path(), kLast).filename(), "step_30");
    EXPECT_TRUE(fs::exists(checkpoint_folder(folder.path(), kBest) / kModelFile));
    EXPECT_LE(CheckpointFolders(folder.path() / "checkpoints").steps().size(), 2U);
    ToyTraining fresh("seed: 77\n");
    const auto last = checkpoint_folder(folder.path(), kLast);
    put_weights(read_weights(last), last, *fresh.model, fresh.input);
    EXPECT_EQ(fresh.evaluate(toy->val).table.scores_NC, toy->evaluate(toy->val).table.scores_NC);
}

TEST(Checkpoint, EveryFlippedBitAndEveryTruncationIsNoticed)
{
    const test::TempFolder folder;
    train("trainer: {epochs: 1}\ncallbacks: [{type: ema}]\n", folder.path(), -1, TrainerOptions());
    const auto checkpoint = checkpoint_folder(folder.path(), kLast);
    std::vector<std::pair<fs::path, std::string>> files;
    size_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(checkpoint)) {
        files.emplace_back(entry.path(), read_text(entry.path()));
        bytes += files.back().second.size();
    }
    ASSERT_EQ(files.size(), 3U);
    const auto damage = [&](uint32_t trial, bool cut) {
        size_t place = random_bits({1, Purpose::sample, cut, 0}, trial) % bytes;
        size_t file = 0;
        while (place >= files[file].second.size()) place -= files[file++].second.size();
        std::string text = files[file].second;
        if (cut) {
            text.resize(place);
        } else {
            text[place] = static_cast<char>(text[place] ^ (1 << trial % 8));
        }
        std::ofstream(files[file].first, std::ios::binary) << text;
        EXPECT_THROW(read_checkpoint(checkpoint), DamagedFile)
            << files[file].first << (cut ? " cut at " : " flipped at ") << place;
        std::ofstream(files[file].first, std::ios::binary) << files[file].second;
    };
    for (uint32_t trial = 0; trial < 10'000; ++trial) damage(trial, false);
    for (uint32_t trial = 0; trial < 1'000; ++trial) damage(trial, true);
    EXPECT_NO_THROW(read_checkpoint(checkpoint)) << "the files are as they were";
}

TEST(Checkpoint, ADamagedNewestOneFallsBackToTheOneBefore)
{
    const test::TempFolder folder;
    train("", folder.path());
    EXPECT_EQ(newest_checkpoint(folder.path())->state.at("step"), kSteps);
    const auto damage = [&](int64_t step) {
        folder.file("checkpoints/" + CheckpointFolders::name(step) + "/state.json", "{}");
    };
    damage(kSteps);
    EXPECT_EQ(newest_checkpoint(folder.path())->state.at("step"), kSteps - 1);
    for (int64_t step = 1; step < kSteps; ++step) damage(step);
    EXPECT_THAT(test::user_error([&] { newest_checkpoint(folder.path()); }),
                testing::HasSubstr("none of its 20 checkpoints is whole"));
}

TEST(Checkpoint, ARunWithoutOneHasNone)
{
    const test::TempFolder folder;
    EXPECT_FALSE(newest_checkpoint(folder.path()));
}

TEST(Checkpoint, ANewerFormatIsNotGuessedAt)
{
    const test::TempFolder folder;
    train("", folder.path());
    const auto file = checkpoint_folder(folder.path(), kLast) / "state.json";
    auto state = read_sealed(file);
    state["format_version"] = 99;
    write_atomically(file, sealed_text(state));
    EXPECT_THAT(test::user_error([&] { newest_checkpoint(folder.path()); }),
                testing::HasSubstr("format_version 99"));
}

TEST(Checkpoint, OfAnotherModelNamesTheFirstDifference)
{
    const test::TempFolder folder;
    train("trainer: {epochs: 1}\n", folder.path());
    const auto last = checkpoint_folder(folder.path(), kLast);
    ToyTraining wider("model: {dense: [17]}\n");
    EXPECT_THAT(
        test::user_error([&] { put_weights(read_weights(last), last, *wider.model, wider.input); }),
        testing::AllOf(testing::HasSubstr("has shape"), testing::HasSubstr("17")));
}

}  // namespace
}  // namespace jetsmith
