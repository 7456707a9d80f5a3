// SPDX-License-Identifier: Apache-2.0
// Every schedule against the learning rates of Python PyTorch's schedulers.
#include "trainers/schedule.h"

#include <gtest/gtest.h>

#include "tests/support/golden.h"

namespace jetsmith {
namespace {

using nlohmann::json;

std::unique_ptr<Schedule> make(const std::string& yaml, const TrainingLength& length)
{
    Config config(parse_yaml(yaml, "test.yaml"), "schedule", "a test");
    return Registry<Schedule>::make(config, length);
}

void expect_rates(const Schedule& schedule, const json& c, double peak)
{
    const auto rates = c["learning_rate"].get<std::vector<double>>();
    for (size_t step = 0; step < rates.size(); ++step)
        EXPECT_NEAR(peak * schedule.factor(static_cast<int64_t>(step)), rates[step], 1e-12 * peak)
            << "step " << step;
}

class Schedules : public testing::Test {
  protected:
    json golden_ = test::golden("schedules.json")["schedules"];
};

TEST_F(Schedules, StepAndExponentialCountEpochs)
{
    const json& step = golden_["step"];
    expect_rates(*make(fmt::format("type: step\nepochs: {}\ngamma: {}\n",
                                   step["step_size"].dump(), step["gamma"].dump()),
                       {18, 1}),
                 step, step["lr"]);
    const json& exponential = golden_["exponential"];
    expect_rates(*make(fmt::format("type: exponential\ngamma: {}\n", exponential["gamma"].dump()),
                       {18, 1}),
                 exponential, exponential["lr"]);
    const auto slow = make("type: exponential\ngamma: 0.5\n", {30, 10});
    EXPECT_EQ(slow->factor(9), 1.0);
    EXPECT_EQ(slow->factor(10), 0.5);
}

TEST_F(Schedules, CosineWithAndWithoutWarmUp)
{
    for (const char* name : {"cosine", "cosine_warmup"}) {
        SCOPED_TRACE(name);
        const json& c = golden_[name];
        const double lr = c["lr"], minimum = c["minimum_lr"];
        const int64_t total = c["total_steps"], warmup = c["warmup_steps"];
        const auto schedule =
            make(fmt::format("type: cosine\nwarmup: {}\nstart: {}\nfinal: {}\n",
                             static_cast<double>(warmup) / static_cast<double>(total),
                             c["warmup_start_factor"].get<double>(), minimum / lr),
                 {total, total});
        expect_rates(*schedule, c, lr);
    }
}

TEST_F(Schedules, OneCyclePutsItsCornersWherePyTorchDoes)
{
    for (const char* name : {"one_cycle", "one_cycle_uneven"}) {
        SCOPED_TRACE(name);
        const json& c = golden_[name];
        const int64_t total = c["total_steps"];
        const auto schedule =
            make(fmt::format("type: one_cycle\nwarmup: {}\ndiv: {}\nfinal_div: {}\n",
                             c["pct_start"].get<double>(), c["div_factor"].get<double>(),
                             c["final_div_factor"].get<double>()),
                 {total, total});
        expect_rates(*schedule, c, c["max_lr"]);
    }
}

TEST_F(Schedules, PlateauReducesAfterItsPatienceAndSurvivesAResume)
{
    const json& c = golden_["plateau_relative"];
    const double lr = c["lr"];
    const std::string yaml =
        fmt::format("type: plateau\ngamma: {}\npatience: {}\nthreshold: {}\n",
                    c["factor"].get<double>(), c["patience"].dump(), c["threshold"].get<double>());
    auto schedule = make(yaml, {23, 1});
    const auto losses = c["losses"].get<std::vector<double>>();
    const auto rates = c["learning_rate"].get<std::vector<double>>();
    for (size_t epoch = 0; epoch < losses.size(); ++epoch) {
        EXPECT_NEAR(lr * schedule->factor(0), rates[epoch], 1e-12) << "epoch " << epoch;
        schedule->epoch_finished(losses[epoch]);
        auto resumed = make(yaml, {23, 1});
        resumed->load_state(schedule->state());
        schedule = std::move(resumed);
    }
}

TEST(ConstantSchedule, LeavesTheLearningRateAlone)
{
    const auto schedule = make("type: constant\n", {100, 10});
    EXPECT_EQ(schedule->factor(0), 1.0);
    EXPECT_EQ(schedule->factor(99), 1.0);
}

}  // namespace
}  // namespace jetsmith
