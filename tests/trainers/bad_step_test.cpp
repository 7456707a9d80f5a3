// SPDX-License-Identifier: Apache-2.0
// NaN and infinity planted in everything that goes into a step or comes out of it: caught in the
// same step, before the update, by name and row.
#include "trainers/bad_step.h"

#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/trainers/faulty_objective.h"
#include "tests/trainers/watched_training.h"

namespace jetsmith {

using test::FaultyObjective;
JETSMITH_REGISTER(Objective, "faulty", FaultyObjective);

namespace {

using Watched = test::WatchedTraining;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const double kValues[] = {std::nan(""), INFINITY, -INFINITY};
const char* const kWords[] = {"NaN", "infinite", "-infinite"};
const char* const kNames[] = {"nan", "inf", "-inf"};

/// "toy.h5: row 17: <what> (entry 5 of the 32 in the batch of step 3; a number is wanted). No ..."
auto says(const Watched& watched, int64_t row, const std::string& what)
{
    const auto [step, entry] = watched.place_of(row);
    return AllOf(StartsWith(fmt::format("toy.h5: row {}: {} (entry {} of the ", row, what, entry)),
                 HasSubstr(fmt::format("in the batch of step {}; a number is wanted). No parameter "
                                       "was changed. ",
                                       step + 1)),
                 HasSubstr("trainer.on_nan: skip"));
}

void expect_inputs_found(const std::vector<int64_t>& rows)
{
    for (const int64_t row : rows)
        for (size_t v = 0; v < 3; ++v) {
            Watched watched("trainer: {epochs: 1}\n");
            watched.toy.train.dense["images"][row][0][3][5] = kValues[v];
            EXPECT_THAT(
                watched.fit(),
                says(watched, row, fmt::format("pixel [3, 5] of channel 0 is {}", kWords[v])));
            watched.expect_stopped_before(row);
        }
}

void expect_weights_found(const std::vector<int64_t>& rows)
{
    for (const int64_t row : rows)
        for (size_t v = 0; v < 3; ++v) {
            Watched watched("trainer: {epochs: 1}\n");
            watched.toy.train.weights_B[row] = kValues[v];
            EXPECT_THAT(watched.fit(),
                        says(watched, row, fmt::format("the weight is {}", kWords[v])));
            watched.expect_stopped_before(row);
        }
}

void expect_labels_found(const std::vector<int64_t>& rows)
{
    for (const int64_t row : rows)
        for (size_t v = 0; v < 3; ++v) {
            Watched watched("trainer: {epochs: 1}\nobjective: {type: binary_cross_entropy}\n");
            watched.toy.train.targets_BL = at::zeros({watched.toy.train.rows, 2});
            watched.toy.train.targets_BL[row][1] = kValues[v];
            EXPECT_THAT(watched.fit(), says(watched, row, fmt::format("label 1 is {}", kWords[v])));
            watched.expect_stopped_before(row);
        }
}

Watched faulty(const std::string& in, int64_t row, size_t v)
{
    return Watched(
        fmt::format("trainer: {{epochs: 1}}\nobjective: {{type: faulty, in: {}, row: {}, "
                    "value: {}}}\n",
                    in, row, kNames[v]));
}

void expect_results_found(const std::vector<int64_t>& rows)
{
    for (const int64_t row : rows)
        for (size_t v = 0; v < 3; ++v) {
            Watched loss = faulty("loss", row, v), gradient = faulty("gradient", row, v);
            EXPECT_THAT(loss.fit(), says(loss, row, fmt::format("the loss is {}", kWords[v])));
            EXPECT_THAT(gradient.fit(), StartsWith(fmt::format(
                                            "toy.h5: row {}: the gradient of parameter '", row)));
            loss.expect_stopped_before(row);
            gradient.expect_stopped_before(row);
        }
}

TEST(BadStep, AnInputIsFoundWithItsPixel) { expect_inputs_found({0, 17, 151, 298}); }
TEST(BadStep, AWeightIsFound) { expect_weights_found({1, 100, 299}); }
TEST(BadStep, ALabelIsFound) { expect_labels_found({2, 200}); }
TEST(BadStep, ALossAndAGradientAreLedBackToTheirRow) { expect_results_found({3, 77, 222}); }

TEST(BadStepSoak, AHundredPlacesWithThreeValuesEach)
{
    std::vector<int64_t> rows;
    for (int64_t i = 0; i < 20; ++i) rows.push_back(15 * i);
    expect_inputs_found(rows);
    expect_weights_found(rows);
    expect_labels_found(rows);
    expect_results_found(rows);
}

/// Spoils the first value of a parameter after the step.
class SpoilParameter final : public Callback {
  public:
    SpoilParameter(int64_t step, std::string name, double value)
        : step_(step), name_(std::move(name)), value_(value)
    {
    }
    void on_step_end(Trainer& trainer) override
    {
        if (trainer.position().step != step_) return;
        const at::NoGradGuard no_grad;
        at::Tensor parameter = trainer.model().named_parameters()[name_];
        parameter.view(-1)[0].fill_(value_);
    }

  private:
    int64_t step_;
    std::string name_;
    double value_;
};

TEST(BadStep, AParameterIsFoundBeforeItsNextUse)
{
    // The ReLU behind the bias makes 0 of -inf: neither loss nor gradients show it.
    for (const std::string name : {"conv0.weight", "conv0.bias"})
        for (const std::string trainer : {"", ", clip_norm: 1"})
            for (size_t v = 0; v < 3; ++v) {
                Watched watched("trainer: {epochs: 1" + trainer + "}\n",
                                std::make_unique<SpoilParameter>(4, name, kValues[v]));
                EXPECT_THAT(watched.fit(),
                            StartsWith(fmt::format("before step 5: parameter '{}' is {} (1 of ",
                                                   name, kWords[v])));
                EXPECT_EQ(watched.toy.trainer->position().step, 4);
            }
}

TEST(BadStep, TheLastUpdateOfAnEpochIsLookedAtBeforeItIsUsed)
{
    Watched watched("trainer: {epochs: 1}\n",
                    std::make_unique<SpoilParameter>(10, "conv0.weight", INFINITY));
    EXPECT_THAT(watched.fit(), StartsWith("after step 10: parameter '"));
}

TEST(BadStep, AValidationRowWithoutAScoreIsLedBackToItsInput)
{
    Watched watched("trainer: {epochs: 1}\n");
    watched.toy.val.dense["images"][5][0][1][2] = NAN;
    EXPECT_EQ(watched.fit(),
              "toy.h5: row 5: the score is NaN (pixel [1, 2] of channel 0 is NaN; a number "
              "is wanted). Leave such rows out with data.select.");
}

TEST(BadStep, SeveralRowsAreCountedAndTheFirstOnesNamed)
{
    Watched watched("trainer: {epochs: 1, batch_size: 300}\n");
    for (const int64_t row : {5, 50, 55, 60, 65, 70, 75})
        watched.toy.train.dense["images"][row].fill_(NAN);
    EXPECT_THAT(watched.fit(),
                AllOf(StartsWith("toy.h5: rows "), HasSubstr(" and 2 more: pixel [0, 0]")));
}

TEST(BadStep, WeightsThatCancelAreTheReasonOfTheirLoss)
{
    Watched watched("trainer: {epochs: 1, batch_size: 300}\n");
    watched.toy.train.weights_B.zero_();
    EXPECT_THAT(watched.fit(), HasSubstr("the weights of the batch add up to 0"));
}

TEST(BadStep, AHugeLearningRateIsNamedWithTheRemedy)
{
    Watched watched("trainer: {epochs: 1}\noptimizer: {lr: 1.0e+30}\n");
    EXPECT_THAT(watched.fit(), AllOf(HasSubstr("the loss is "), HasSubstr("in the batch of step 2"),
                                     HasSubstr("Set a lower optimizer.lr")));
}

TEST(BadStep, ClippingSeesABadGradientInItsNorm)
{
    Watched watched(
        "trainer: {epochs: 1, clip_norm: 1}\nobjective: {type: faulty, in: gradient, row: "
        "9, value: inf}\n");
    EXPECT_THAT(watched.fit(), StartsWith("toy.h5: row 9: the gradient of parameter '"));
    watched.expect_stopped_before(9);
}

}  // namespace
}  // namespace jetsmith
