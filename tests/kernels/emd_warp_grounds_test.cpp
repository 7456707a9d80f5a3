// SPDX-License-Identifier: Apache-2.0
// The EMD kernel of the GPU on emulated lanes: costs other than those of jets, what can be wrong
// with a pair, arithmetic of its own.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "tests/support/emd_batch.h"
#include "tests/support/emulated_emd_warp.h"

namespace jetsmith {
namespace {

using kernels::EmdGround;
using kernels::EmdStatus;
using test::EmdBatch;
using test::WeightedParticles;

/// Reconstructed objects of all kinds, equal weights that do not add up to 1.
WeightedParticles toy_event(uint64_t row, int objects)
{
    toy::Numbers random(7, row);
    WeightedParticles out;
    for (int i = 0; i < objects; ++i) {
        out.x.push_back(random.uniform(-2.5, 2.5));
        out.y.push_back(random.uniform(-3.14, 3.14));
        out.pt.push_back(random.uniform(20, 500));
        out.object.push_back(static_cast<int8_t>(random.uniform(0, kernels::kEmdObjects)));
        out.weight.push_back(0.3);
    }
    return out;
}

TEST(EmdWarp, ReconstructedEventsAgreeWithTheOracle)
{
    std::vector<WeightedParticles> events;
    for (const int n : {1, 1, 4, 9, 12, 12, 15, 6, 40, 35}) {
        events.push_back(toy_event(events.size(), n));
    }
    EmdBatch batch(events);
    batch.options.ground = EmdGround::events;
    std::array<double, 64> id{};
    for (int i = 0; i < 8; ++i)
        for (int j = 0; j < 8; ++j) id[size_t(8 * i + j)] = i == j ? 1.0 : 1.5 + 0.25 * (i + j);
    std::copy(id.begin(), id.end(), batch.options.id);
    for (const bool periodic : {false, true}) {
        batch.options.periodic = periodic;
        test::emd_warp::emulate(batch.arguments());
        for (size_t k = 0; k < batch.count(); ++k) {
            const auto problem = test::event_problem(batch.first(k), batch.second(k), id, periodic);
            ASSERT_EQ(batch.status[k], EmdStatus::ok);
            EXPECT_NEAR(batch.values[k], test::solve_transport(problem).value,
                        batch.gaps[k] + 1e-12);
        }
    }
}

/// Integer costs below 2^26 and integer weights that add up to 2^30: rounding changes nothing.
EmdBatch integer_problem(int rows, int columns, int most_cost)
{
    toy::Numbers random(5, static_cast<uint64_t>(rows * columns));
    WeightedParticles a, b;
    const auto fill = [&](WeightedParticles& event, int count) {
        int left = 1 << 30;
        for (int i = 0; i < count; ++i) {
            const int part =
                i + 1 < count ? static_cast<int>(left * random.uniform(0, 0.2)) + 1 : left;
            event.weight.push_back(part);
            left -= part;
        }
        event.x = event.y = event.weight;
    };
    fill(a, rows);
    fill(b, columns);
    EmdBatch batch({a, b});
    batch.options.ground = EmdGround::matrix;
    // Costs between all particles; those from the first event to the second are used.
    const auto width = static_cast<size_t>(rows + columns);
    batch.matrix.assign(width * width, 0.0);
    for (double& cost : batch.matrix) cost = std::floor(random.uniform(0, most_cost));
    batch.matrix[width - 1] = most_cost;  // from row 0 to the last column
    return batch;
}

test::TransportProblem problem_of(const EmdBatch& batch)
{
    const auto &a = batch.first(0), &b = batch.second(0);
    test::TransportProblem problem{a.weight, b.weight, {}, 0.0};
    const size_t width = a.size() + b.size();
    for (size_t i = 0; i < a.size(); ++i)
        for (size_t j = 0; j < b.size(); ++j)
            problem.cost.push_back(batch.matrix[i * width + a.size() + j]);
    return problem;
}

int64_t integer_value(const test::TransportProblem& problem)
{
    const auto plan = test::solve_transport(problem);
    int64_t value = 0;
    for (size_t k = 0; k < plan.flow.size(); ++k)
        value += static_cast<int64_t>(plan.flow[k]) * static_cast<int64_t>(problem.cost[k]);
    return value;
}

TEST(EmdWarp, IntegerProblemsAreSolvedToTheLastUnit)
{
    // The largest cost is in [2^25, 2^26), so that integers are taken as they are.
    for (const auto& [rows, columns] :
         {std::pair{5, 7}, {30, 32}, {60, 33}, {100, 120}, {140, 150}}) {
        auto batch = integer_problem(rows, columns, (1 << 26) - 1);
        test::emd_warp::emulate(batch.arguments());
        ASSERT_EQ(batch.status[0], EmdStatus::ok);
        EXPECT_EQ(batch.objectives[0], integer_value(problem_of(batch))) << rows;
    }
}

TEST(EmdWarp, CostsWithManyTiesAreSolvedToTheLastUnit)
{
    for (const int size : {6, 20, 50, 70}) {
        auto batch = integer_problem(size, size, 3);
        for (double& w : batch.weight) w = 1.0;
        for (auto& event : batch.events) event.weight.assign(event.size(), 1.0);
        test::emd_warp::emulate(batch.arguments());
        ASSERT_EQ(batch.status[0], EmdStatus::ok);
        EXPECT_NEAR(batch.values[0], static_cast<double>(integer_value(problem_of(batch))),
                    batch.gaps[0]);
    }
}

/// Bland's rule takes over only where the other rule makes no progress; here it does all.
TEST(EmdWarp, TheLowestIndexRuleAloneReachesTheSameOptimum)
{
    using namespace test::emd_warp;
    auto batch = integer_problem(20, 25, (1 << 26) - 1);
    const auto a = batch.arguments();
    emulate(a);
    Shape<1> shape;
    std::vector<int32_t> memory(1 << 16);
    Arena arena(reinterpret_cast<char*>(memory.data()));
    const Scratch scratch = lay_out(shape, true, arena, arena);
    Pair pair;
    ASSERT_EQ(find_pair(a, 0, pair), EmdStatus::ok);
    const StoredCosts<1> costs(a, pair, shape, scratch);
    Tree<1> tree(shape, scratch);
    set_masses(pair, tree);
    set_potentials(pair, costs, scratch, tree);
    grow_tree(pair, costs, tree);
    int pivots = 0;
    while (true) {
        const Arc arc = lowest_arc(costs, tree, pair.rows.count);
        if (arc.row < 0) break;
        tree.pivot(arc, /*lowest=*/true);
        ASSERT_LT(++pivots, 10000);
    }
    EXPECT_GT(pivots, 0);
    EXPECT_EQ(cost_of_plan(a, pair, tree, scratch.slot_flow).integer_cost, batch.objectives[0]);
}

/// Status of one pair of toy jets after `change` has been at its first event.
template <class Change>
EmdStatus status_after(const Change& change, EmdGround ground = EmdGround::jets)
{
    auto first = toy_event(0, 20), second = toy_event(1, 20);
    EmdBatch batch({first, second});
    batch.options.ground = ground;
    batch.matrix.assign(40 * 40, 1.0);
    change(batch);
    test::emd_warp::emulate(batch.arguments());
    const bool number = std::isfinite(batch.values[0]) && std::isfinite(batch.gaps[0]);
    EXPECT_EQ(number, batch.status[0] == EmdStatus::ok);
    return batch.status[0];
}

TEST(EmdWarp, AnEventWithoutParticlesHasNoDistance)
{
    const auto empty_first = [](EmdBatch& b) { b.offsets[1] = 0; };
    const auto empty_second = [](EmdBatch& b) { b.offsets[2] = b.offsets[1]; };
    EXPECT_EQ(status_after(empty_first), EmdStatus::empty_event);
    EXPECT_EQ(status_after(empty_second), EmdStatus::empty_event);
}

TEST(EmdWarp, WeightsMustBePositiveNumbers)
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const double bad : {0.0, -1.0, kInfinity, std::nan("")})
        for (const size_t at : {0, 39})
            EXPECT_EQ(status_after([&](EmdBatch& b) { b.weight[at] = bad; }),
                      EmdStatus::bad_weight);
}

TEST(EmdWarp, CoordinatesAndCostsMustBeNumbers)
{
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    for (const double bad : {kInfinity, -kInfinity, std::nan("")}) {
        EXPECT_EQ(status_after([&](EmdBatch& b) { b.x[19] = bad; }), EmdStatus::bad_position);
        EXPECT_EQ(status_after([&](EmdBatch& b) { b.y[20] = bad; }), EmdStatus::bad_position);
        EXPECT_EQ(status_after([&](EmdBatch& b) { b.pt[3] = bad; }, EmdGround::events),
                  EmdStatus::bad_position);
        EXPECT_EQ(status_after([&](EmdBatch& b) { b.matrix[25] = bad; }, EmdGround::matrix),
                  EmdStatus::bad_position);
    }
    EXPECT_EQ(status_after([](EmdBatch& b) { b.matrix[25] = -1; }, EmdGround::matrix),
              EmdStatus::bad_position);
    EXPECT_EQ(status_after([](EmdBatch& b) { b.object[7] = 8; }, EmdGround::events),
              EmdStatus::bad_position);
}

TEST(EmdWarp, TotalsMustAgreeWhereNothingMayStayBehind)
{
    const auto heavier = [](EmdBatch& b) { b.weight[0] *= 1.001; };
    EXPECT_EQ(status_after(heavier, EmdGround::matrix), EmdStatus::weights_differ);
    EXPECT_EQ(status_after(heavier, EmdGround::events), EmdStatus::ok);
    EXPECT_EQ(status_after(heavier, EmdGround::jets), EmdStatus::ok);
}

TEST(EmdWarp, WhatIntegersCannotRepresentIsOutOfRange)
{
    EXPECT_EQ(status_after([](EmdBatch& b) { b.weight[0] = 1e-18; }), EmdStatus::out_of_range);
    EXPECT_EQ(status_after([](EmdBatch& b) { b.weight[0] = 1e308; }), EmdStatus::out_of_range);
    EXPECT_EQ(status_after([](EmdBatch& b) { b.x[0] = 1e200; }), EmdStatus::out_of_range);
    EXPECT_EQ(status_after([](EmdBatch& b) { b.matrix[25] = 1e300; }, EmdGround::matrix),
              EmdStatus::out_of_range);
}

TEST(EmdWarp, TheLimitOfStepsIsAStatus)
{
    EXPECT_EQ(status_after([](EmdBatch& b) { b.options.most_pivots = 3; }),
              EmdStatus::too_many_steps);
}

TEST(EmdWarp, AGapAboveTheBoundIsNotCertified)
{
    // Costs of thousands of radii in 26 bits: finer than 2e-6 of the weights is not to be had.
    EXPECT_EQ(status_after([](EmdBatch& b) { b.options.radius = 1e-3; }), EmdStatus::not_certified);
}

TEST(EmdWarp, PowersAgreeWithTheLibrary)
{
    for (const double beta : {0.1, 0.5, 1.0, 1.5, 2.0, 3.7}) {
        for (double square = 1e-30; square < 1e9; square *= 1.37) {
            const auto power = test::emd_warp::power_of_square(square, beta).at[5];
            const double wanted = std::pow(square, beta / 2);
            EXPECT_NEAR(power, wanted, 3e-14 * wanted) << square << " ^ " << beta / 2;
        }
        EXPECT_EQ(test::emd_warp::power_of_square(0.0, beta).at[0], 0.0);
    }
}

}  // namespace
}  // namespace jetsmith
