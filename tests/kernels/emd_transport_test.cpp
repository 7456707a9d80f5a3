// SPDX-License-Identifier: Apache-2.0
// Transport at a cost matrix of the caller's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/errors.h"
#include "tests/support/emd_tensors.h"

namespace jetsmith {
namespace {

using kernels::EmdStatus;
using kernels::EmdTier;
using test::tensor;

/// Equal numbers of equal masses: the best assignment, by trying all.
TEST(EmdTransport, EqualMassesAreAnAssignment)
{
    toy::Numbers random(5, 2);
    for (int trial = 0; trial < 20; ++trial) {
        constexpr int kSize = 7;
        std::vector<double> cost(kSize * kSize);
        for (auto& c : cost) c = random.uniform();
        std::vector<int> to(kSize);
        std::iota(to.begin(), to.end(), 0);
        double best = INFINITY;
        do {
            double sum = 0;
            for (int i = 0; i < kSize; ++i) sum += cost[size_t(i * kSize + to[size_t(i)])];
            best = std::min(best, sum);
        } while (std::next_permutation(to.begin(), to.end()));
        const auto ones = tensor(std::vector<double>(kSize, 1.0));
        const auto plan =
            emd_transport(ones, ones, tensor(cost).reshape({kSize, kSize}), EmdTier::exact);
        EXPECT_EQ(plan.status, EmdStatus::ok);
        EXPECT_NEAR(plan.value, best, 1e-9);
    }
}

/// Costs of 0 and 1 along a staircase, and anywhere: potentials may climb from step to step.
TEST(EmdTransport, MatricesWithoutATriangleInequality)
{
    constexpr size_t kSize = 90;
    for (const uint64_t trial : {0, 1, 2, 3}) {
        toy::Numbers random(7, trial);
        test::TransportProblem problem;
        for (size_t i = 0; i < kSize; ++i) {
            problem.supply.push_back(1 + random.uniform());
            problem.demand.push_back(0);
        }
        for (size_t i = 0; i < kSize; ++i) {  // a part of each goes to the next sink
            const double part = random.uniform(0.1, 0.9) * problem.supply[i];
            problem.demand[i] += part;
            problem.demand[(i + 1) % kSize] += problem.supply[i] - part;
        }
        for (size_t i = 0; i < kSize; ++i)
            for (size_t j = 0; j < kSize; ++j) {
                const bool stair = trial < 2 ? j == i + 1 : random.uniform() < 0.05;
                problem.cost.push_back(stair ? 0.0 : trial % 2 == 0 ? 1.0 : random.uniform(0.5, 1));
            }
        for (const auto tier : {EmdTier::fast, EmdTier::exact}) {
            const auto plan = emd_transport(tensor(problem.supply), tensor(problem.demand),
                                            tensor(problem.cost).reshape({kSize, kSize}), tier);
            EXPECT_EQ(plan.status, EmdStatus::ok);
            EXPECT_NEAR(plan.value, solve_transport(problem).value, plan.gap + 1e-9);
        }
    }
}

TEST(EmdTransport, MatricesThatCannotBeTransportedHaveAStatus)
{
    const auto one = tensor({1, 2}), other = tensor({1, 2.5});
    const auto cost = tensor({0, 1, 1, 0}).reshape({2, 2});
    EXPECT_EQ(emd_transport(one, other, cost, EmdTier::fast).status, EmdStatus::weights_differ);
    for (const double bad : {-1.0, double(NAN), double(INFINITY)})
        EXPECT_EQ(
            emd_transport(one, one, tensor({0, bad, 1, 0}).reshape({2, 2}), EmdTier::fast).status,
            EmdStatus::bad_position);
    EXPECT_THROW(emd_transport(one, tensor({1}), cost, EmdTier::fast), InternalError);
}

}  // namespace
}  // namespace jetsmith
