// SPDX-License-Identifier: Apache-2.0
// What is said of pairs before they are solved, against what the solver says.
#include "kernels/emd/emd_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/emd_tensors.h"

namespace jetsmith {
namespace {

using kernels::EmdStatus;
using test::WeightedParticles;
using testing::ElementsAre;

std::vector<EmdStatus> judged(const std::vector<WeightedParticles>& first,
                              const std::vector<WeightedParticles>& second)
{
    const auto status_N = kernels::emd_judge(test::events_of(first), test::events_of(second), {});
    std::vector<EmdStatus> all;
    for (int64_t i = 0; i < status_N.size(0); ++i)
        all.push_back(static_cast<EmdStatus>(status_N[i].item<int64_t>()));
    return all;
}

WeightedParticles pair_of(double x, double weight) { return {{0, x}, {0, 0}, {1, weight}, {}, {}}; }

TEST(EmdJudge, NamesTheFirstReasonOfEveryEvent)
{
    EXPECT_THAT(
        judged({pair_of(0.1, 2), {}, pair_of(0.1, -1), pair_of(NAN, 1), pair_of(0.1, 1e-30)},
               {pair_of(0.2, 1), pair_of(0.3, 3)}),
        ElementsAre(EmdStatus::ok, EmdStatus::empty_event, EmdStatus::bad_weight,
                    EmdStatus::bad_position, EmdStatus::out_of_range));
}

TEST(EmdJudge, AnEventThatOnlyOneOfTheOthersCannotBeComparedWithIsFound)
{
    // 2^-54, the least share of a weight, is 5.6e-17.
    const auto heavy = pair_of(0.1, 1e15), light = pair_of(0.2, 1e-3), medium = pair_of(0.3, 1);
    EXPECT_THAT(judged({heavy}, {medium, medium}), ElementsAre(EmdStatus::ok));
    EXPECT_THAT(judged({medium, heavy}, {medium, light}),
                ElementsAre(EmdStatus::ok, EmdStatus::out_of_range));
}

TEST(EmdJudge, AgreesWithTheSolverOnWeightsOfAllSizes)
{
    toy::Numbers random(5, 1);
    std::vector<WeightedParticles> first, second;
    const auto any = [&] {
        return pair_of(random.uniform(-1, 1), std::pow(10, random.uniform(-18, 18)));
    };
    for (int i = 0; i < 300; ++i) first.push_back(any());
    for (int j = 0; j < 3; ++j) second.push_back(pair_of(random.uniform(-1, 1), 1e-6 * (j + 1)));
    const auto status = judged(first, second);
    const auto solved =
        kernels::emd_matrix(test::events_of(first), test::events_of(second), {}).status_K;
    int good = 0;
    for (int64_t i = 0; i < 300; ++i) {
        auto worst = EmdStatus::ok;
        for (int64_t j = 0; j < 3 && worst == EmdStatus::ok; ++j)
            worst = static_cast<EmdStatus>(solved[3 * i + j].item<int64_t>());
        EXPECT_EQ(status[static_cast<size_t>(i)], worst) << "event " << i;
        good += worst == EmdStatus::ok;
    }
    EXPECT_GT(good, 100);
    EXPECT_LT(good, 280) << "some weights must be too far apart";
}

TEST(EmdJudge, NoEventsAreNoError)
{
    EXPECT_TRUE(judged({}, {pair_of(0.1, 1)}).empty());
    EXPECT_THAT(judged({pair_of(0.1, 1)}, {}), ElementsAre(EmdStatus::ok));
}

}  // namespace
}  // namespace jetsmith
