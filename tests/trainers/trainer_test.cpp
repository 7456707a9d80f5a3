// SPDX-License-Identifier: Apache-2.0
#include "trainers/trainer.h"

#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/errors.h"
#include "tests/support/toy_training.h"

namespace jetsmith {
namespace {

using test::ToyTraining;

double accuracy(const ScoreTable& table)
{
    int64_t right = 0;
    for (int64_t row = 0; row < table.rows; ++row)
        right += (table.score(row, 1) > 0.5) == (table.labels_N[static_cast<size_t>(row)] == 1);
    return static_cast<double>(right) / static_cast<double>(table.rows);
}

TEST(Trainer, CallsItsRowsWhatTheDataCallThem)
{
    ToyTraining toy("trainer: {epochs: 1}\n");
    toy.train.row_noun = "events";
    toy.fit();
    EXPECT_EQ(toy.trainer->row_noun(), "events");
}

TrainingLength length_of(int64_t epochs, int64_t batch_size, int64_t accumulate, int64_t rows)
{
    TrainerOptions options;
    options.epochs = epochs;
    options.batch_size = batch_size;
    options.accumulate = accumulate;
    return training_length(options, rows);
}

TEST(Trainer, ItsLengthIsExactOrRefusedButNeverAnotherNumber)
{
    constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
    EXPECT_EQ(length_of(3, 32, 2, 320).steps, 15);
    EXPECT_EQ(length_of(3, 32, 2, 321).steps_per_epoch, 6);
    // The longest that a config can ask for.
    EXPECT_EQ(length_of(kMostEpochs, 1, 1, int64_t{1} << 40).steps, kMostEpochs << 40);
    EXPECT_EQ(length_of(1, kMostBatch, kMostBatch, kMost).steps, 92234) << "2^63 / 10^14";
    EXPECT_THROW(length_of(kMost, 1, 1, 2), InternalError);
    EXPECT_THROW(length_of(1, kMost, 2, 2), InternalError);
}

TEST(Trainer, LearnsToTellTheToyClassesApart)
{
    ToyTraining toy("trainer: {epochs: 15}\n");
    toy.fit();
    ASSERT_EQ(toy.history.size(), 15U);
    EXPECT_LT(toy.history.back().train_loss, 0.5 * toy.history.front().train_loss);
    EXPECT_GE(accuracy(toy.evaluate(toy.val).table), 0.95);
    EXPECT_EQ(toy.history.back().step, 15 * 10);  // 300 rows in batches of 32: 10 steps
}

TEST(Trainer, TheSameSeedGivesTheSameBitsAndAnotherSeedDoesNot)
{
    ToyTraining first, second, other("seed: 4\n");
    first.fit();
    second.fit();
    other.fit();
    EXPECT_TRUE(first.trainer->parameters().values().equal(second.trainer->parameters().values()));
    EXPECT_EQ(first.history.back().train_loss, second.history.back().train_loss);
    EXPECT_NE(first.history.back().train_loss, other.history.back().train_loss);
}

TEST(Trainer, DropoutIsAFunctionOfTheStepToo)
{
    const std::string yaml = "model: {dropout: 0.3}\n";
    ToyTraining first(yaml), second(yaml);
    first.fit();
    at::manual_seed(99);  // whoever draws in between must not matter
    second.fit();
    EXPECT_TRUE(first.trainer->parameters().values().equal(second.trainer->parameters().values()));
}

TEST(Trainer, AccumulatedHalfBatchesMakeTheSameStepAsWholeOnes)
{
    // 300 rows: batches of 50 in pairs are the batches of 100.
    ToyTraining whole("trainer: {epochs: 1, batch_size: 100}\noptimizer: {type: sgd, lr: 0.1}\n");
    ToyTraining halves(
        "trainer: {epochs: 1, batch_size: 50, accumulate: 2}\noptimizer: {type: sgd, lr: 0.1}\n");
    whole.fit();
    halves.fit();
    EXPECT_EQ(whole.history.back().step, halves.history.back().step);
    const auto difference =
        (whole.trainer->parameters().values() - halves.trainer->parameters().values())
            .abs()
            .max()
            .item<float>();
    EXPECT_TRUE(difference <= 1e-6F) << difference;
}

TEST(Trainer, ClippingBoundsTheUpdateOfPlainDescent)
{
    ToyTraining toy("trainer: {epochs: 1, batch_size: 300, clip_norm: 1.0e-3}\n"
                    "optimizer: {type: sgd, lr: 1.0}\n");
    const auto before = toy.trainer->parameters().values().clone();
    toy.fit();
    const double moved =
        (toy.trainer->parameters().values() - before).to(at::kDouble).norm().item<double>();
    EXPECT_NEAR(moved, 1e-3, 1e-5);
}

TEST(Trainer, EventWeightsCountLikeRepeatedRows)
{
    // Weight 3 on every bright image: the mean loss is the one of a sample with three copies.
    ToyTraining toy;
    const auto bright = toy.val.labels_B == 1;
    toy.val.weights_B = at::where(bright, 3.0, 1.0).to(at::kDouble);
    const double weighted = toy.evaluate(toy.val).loss;
    const auto indices = bright.nonzero().flatten();
    const auto all = at::cat({at::arange(toy.val.rows, at::kLong), indices, indices});
    EventStore repeated = toy.val.select(all);
    repeated.weights_B = at::ones({repeated.rows}, at::kDouble);
    EXPECT_NEAR(weighted, toy.evaluate(repeated).loss, 1e-6);
}

TEST(Ema, EvaluatesTheAverageAndGivesTheTrainedWeightsBack)
{
    ToyTraining toy("callbacks: [{type: ema, decay: 0.9}]\ntrainer: {epochs: 1}\n");
    toy.fit();
    const auto trained = toy.trainer->parameters().values().clone();
    const auto average = toy.trainer->callbacks().front()->tensors().at("ema.average").clone();
    EXPECT_FALSE(trained.equal(average));
    const double with_average = toy.evaluate(toy.val).loss;
    EXPECT_TRUE(toy.trainer->parameters().values().equal(trained));
    const at::NoGradGuard no_grad;
    toy.trainer->parameters().values().copy_(average);
    ResidentFeed rows(toy.val);
    const auto direct =
        score_rows(*toy.model, toy.input, *toy.objective, rows, 32, at::kFloat, {1.0, 1.0});
    EXPECT_EQ(with_average, direct.loss);
}

TEST(EarlyStopping, StopsAfterItsPatience)
{
    // A learning rate of (almost) nothing: the loss cannot improve by 0.1.
    ToyTraining toy("optimizer: {lr: 1.0e-12}\ntrainer: {epochs: 50}\n"
                    "callbacks: [{type: early_stopping, patience: 2, min_delta: 0.1}]\n");
    toy.fit();
    EXPECT_EQ(toy.history.size(), 4U);  // one best epoch, two tolerated, one too many
}

}  // namespace
}  // namespace jetsmith
