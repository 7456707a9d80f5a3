// SPDX-License-Identifier: Apache-2.0
// The GPU twins of the trainer's promises; skipped with the reason where there is no GPU.
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "datasets/epoch_order.h"
#include "tests/support/gpu.h"
#include "tests/support/toy_training.h"
#include "trainers/bad_step.h"

namespace jetsmith {
namespace {

using test::ToyTraining;

const char* const kGpu = "trainer: {device: cuda, epochs: 6, deterministic: true}\n";

/// A toy whose stores lie on the GPU.
void move_to_gpu(ToyTraining& toy)
{
    toy.train = toy.train.to(at::Device(at::kCUDA, 0));
    toy.val = toy.val.to(at::Device(at::kCUDA, 0));
}

TEST(TrainerCuda, CapturedStepsLearnWhatTheCpuLearns)
{
    JETSMITH_NEEDS_GPU();
    ToyTraining cpu("trainer: {epochs: 6}\n"), gpu(kGpu);
    cpu.fit();
    move_to_gpu(gpu);
    gpu.fit();  // 10 steps an epoch: three warm-ups, then replays of one graph
    // Same batches, same start; what remains is the order of float32 additions.
    for (size_t epoch = 0; epoch < cpu.history.size(); ++epoch)
        EXPECT_NEAR(gpu.history[epoch].train_loss, cpu.history[epoch].train_loss, 2e-3);
}

TEST(TrainerCuda, ReplaysAreBitwiseRepeatableWithDropout)
{
    JETSMITH_NEEDS_GPU();
    const std::string yaml = std::string(kGpu) + "model: {dropout: 0.3}\n";
    ToyTraining first(yaml), second(yaml);
    move_to_gpu(first);
    move_to_gpu(second);
    first.fit();
    second.fit();
    EXPECT_TRUE(first.trainer->parameters().values().equal(second.trainer->parameters().values()));
}

TEST(TrainerCuda, EvaluationGivesTheScoresOfTheCpu)
{
    JETSMITH_NEEDS_GPU();
    ToyTraining toy(kGpu);
    const auto on_gpu = toy.evaluate(toy.val.to(at::Device(at::kCUDA, 0)));
    ToyTraining cpu;
    const auto on_cpu = cpu.evaluate(cpu.val);
    ASSERT_EQ(on_gpu.table.scores_NC.size(), on_cpu.table.scores_NC.size());
    for (size_t i = 0; i < on_cpu.table.scores_NC.size(); ++i)
        EXPECT_NEAR(on_gpu.table.scores_NC[i], on_cpu.table.scores_NC[i], 1e-5);
}

TEST(TrainerCuda, ABadStepLeavesTheParametersOfTheStepBefore)
{
    JETSMITH_NEEDS_GPU();
    const auto parameters_after = [](int64_t place) {
        ToyTraining toy(kGpu);
        const auto row = epoch_order(toy.train, 3, 0)[place].item<int64_t>();
        toy.train.dense["images"][row].fill_(std::nanf(""));
        move_to_gpu(toy);
        try {
            toy.fit();
            ADD_FAILURE() << "no error";
        } catch (const BadStepError& error) {
            EXPECT_THAT(error.what(), testing::HasSubstr("pixel [0, 0] of channel 0 is NaN"));
            EXPECT_THAT(error.what(), testing::HasSubstr("in the batch of step 7;"));
        }
        return toy.trainer->parameters().values().cpu();
    };
    const auto one = parameters_after(6 * 32), two = parameters_after(6 * 32 + 31);
    EXPECT_TRUE(one.equal(two)) << "whichever row of step 7 it is";
}

TEST(TrainerCuda, SkippedStepsAreCountedWithoutWaiting)
{
    JETSMITH_NEEDS_GPU();
    ToyTraining toy("trainer: {device: cuda, epochs: 6, on_nan: skip}\n");
    toy.train.dense["images"][17].fill_(std::nanf(""));
    move_to_gpu(toy);
    toy.fit();
    ASSERT_EQ(toy.history.size(), 6U);
    for (const auto& record : toy.history) {
        EXPECT_EQ(record.skipped, 1);
        EXPECT_TRUE(std::isfinite(record.train_loss) && std::isfinite(record.val_loss));
    }
}

}  // namespace
}  // namespace jetsmith
