// SPDX-License-Identifier: Apache-2.0
#include "trainers/memory_advice.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>

#include "core/errors.h"
#include "tests/support/toy_training.h"

namespace jetsmith {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

std::string failure(const std::function<void()>& action)
{
    try {
        action();
    } catch (const RunError& error) {
        return error.what();
    }
    return "no error";
}

/// What is said of a batch on a device with memory for `most` rows.
std::string advice(int64_t batch_size, int64_t accumulate, int64_t most)
{
    return failure([&] {
        throw_out_of_memory({at::kCPU, batch_size, accumulate, [&](int64_t rows) {
                                 if (rows > most) throw std::bad_alloc();
                             }});
    });
}

TEST(OutOfMemory, IsToldFromOtherErrors)
{
    const auto told = [](const auto& action) {
        try {
            action();
        } catch (const std::exception& error) {
            return is_out_of_memory(error);
        }
        return false;
    };
    EXPECT_TRUE(told([] { throw std::bad_alloc(); }));
    EXPECT_TRUE(told([] { TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory."); }));
    EXPECT_TRUE(told([] { TORCH_CHECK(false, "CUDA error: CUBLAS_STATUS_ALLOC_FAILED"); }));
    EXPECT_TRUE(told([] { at::empty({int64_t{1} << 50}, at::kDouble); })) << "as the CPU says it";
    EXPECT_FALSE(told([] { TORCH_CHECK(false, "shapes do not fit"); }));
    EXPECT_FALSE(told([] { throw UserError("out of memory is a word"); }));
}

TEST(MemoryAdvice, NamesTheLargestPartThatFitsAndTheSameSteps)
{
    EXPECT_THAT(
        advice(4096, 1, 1500),
        AllOf(StartsWith("trainer.batch_size: 4096 rows do not fit into the memory of this "
                         "machine ("),
              HasSubstr("; 1024 rows do. "),
              EndsWith("Use --set trainer.batch_size=1024 --set trainer.accumulate=4, which "
                       "makes the same steps.")));
    EXPECT_THAT(advice(256, 2, 130), EndsWith("trainer.batch_size=128 --set trainer.accumulate=4, "
                                              "which makes the same steps."));
    EXPECT_THAT(advice(256, 0, 130), EndsWith("Use --set trainer.batch_size=128."));
    EXPECT_THAT(advice(512, 1, 0), HasSubstr("not even one row does"));
}

TEST(MemoryAdvice, StepsStayTheSameWhereTheirRowsCanBeDivided)
{
    const auto shape = [](int64_t rows, int64_t fit) {
        const auto s = step_shape(rows, fit);
        return std::pair(s.batch_size, s.accumulate);
    };
    EXPECT_EQ(shape(100, 12), std::pair(int64_t{10}, int64_t{10}));
    EXPECT_EQ(shape(128, 64), std::pair(int64_t{64}, int64_t{2}));
    EXPECT_EQ(shape(97, 48), std::pair(int64_t{33}, int64_t{3}));  // a prime
}

TEST(MemoryAdvice, OtherErrorsPass)
{
    const auto use = [] { return MemoryUse{at::kCPU, 1, 1, [](int64_t) {}}; };
    EXPECT_THROW(watching_memory([] { throw UserError("another"); }, use), UserError);
    EXPECT_THROW(watching_memory([] { TORCH_CHECK(false, "another"); }, use), c10::Error);
}

TEST(MemoryAdvice, ATrainingSaysWhatFitsAndItsStateIsThatBeforeTheStep)
{
    test::ToyTraining toy(
        "trainer: {epochs: 1, batch_size: 200}\nobjective: {type: faulty, most_rows: 60}\n");
    const auto before = toy.trainer->parameters().values().clone();
    EXPECT_THAT(
        failure([&] { toy.fit(); }),
        EndsWith("; 50 rows do. Use --set trainer.batch_size=50 --set trainer.accumulate=4, "
                 "which makes the same steps."));
    EXPECT_TRUE(toy.trainer->parameters().values().equal(before));
    EXPECT_EQ(toy.trainer->position(), TrainerPosition());
    // With that advice it trains.
    test::ToyTraining advised(
        "trainer: {epochs: 1, batch_size: 50, accumulate: 4}\nobjective: {type: "
        "faulty, most_rows: 60}\n");
    EXPECT_EQ(failure([&] { advised.fit(); }), "no error");
}

TEST(MemoryAdvice, AnEvaluationSaysItToo)
{
    test::ToyTraining toy(
        "trainer: {epochs: 1, batch_size: 80}\nobjective: {type: faulty, most_rows: 70}\n");
    EXPECT_THAT(failure([&] { toy.evaluate(toy.val); }),
                AllOf(StartsWith("trainer.batch_size: 80 rows"), HasSubstr("; 40 rows do.")));
}

}  // namespace
}  // namespace jetsmith
