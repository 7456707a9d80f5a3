// SPDX-License-Identifier: Apache-2.0
// Values of the processor's EMD against an independent solver, and their certificates.
#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "kernels/emd/emd_cpu.h"
#include "tests/support/emd_batch.h"
#include "tests/support/simd_targets.h"

namespace jetsmith {
namespace {

using kernels::EmdGround;
using kernels::EmdStatus;
using kernels::EmdTier;
using test::EmdBatch;
using test::WeightedParticles;

constexpr std::array kTiers{EmdTier::fast, EmdTier::exact};

double largest(const std::vector<double>& values)
{
    return *std::max_element(values.begin(), values.end());
}

/// Larger total weight of a pair, or 1 where weights are shares.
double weight_of(const EmdBatch& batch, size_t k)
{
    if (batch.options.norm || batch.options.ground == EmdGround::events) return 1.0;
    return std::max(batch.first(k).total(), batch.second(k).total());
}

/// In units of that weight.
double largest_gap(const kernels::EmdArguments& options, double largest_cost)
{
    const double gap = options.tier == EmdTier::fast ? kernels::kFastGap : kernels::kExactGap;
    return options.ground == EmdGround::events ? gap * largest_cost
                                               : std::max(gap, kernels::kExactGap * largest_cost);
}

/// Certified, and within the gap of the oracle's value.
void expect_optimal(EmdBatch& batch, const std::function<test::TransportProblem(size_t)>& problem)
{
    constexpr double kRounding = 1e-13;  // of the oracle, a share of the largest cost
    for (const auto tier : kTiers) {
        batch.options.tier = tier;
        emd_solve_pairs(batch.arguments());
        for (size_t k = 0; k < batch.count(); ++k) {
            const auto transport = problem(k);
            const double value = solve_transport(transport).value;
            const double weight = weight_of(batch, k),
                         cost = std::max(1.0, largest(transport.cost));
            ASSERT_EQ(batch.status[k], EmdStatus::ok) << "pair " << k;
            ASSERT_GE(batch.gaps[k], 0.0);
            ASSERT_LE(batch.gaps[k], weight * largest_gap(batch.options, cost)) << "pair " << k;
            ASSERT_NEAR(batch.values[k], value, batch.gaps[k] + kRounding * cost * weight)
                << "pair " << k;
        }
    }
}

void expect_optimal_jets(EmdBatch& batch)
{
    const auto& o = batch.options;
    expect_optimal(batch, [&](size_t k) {
        return jet_problem(batch.first(k), batch.second(k), {o.radius, o.beta, o.norm, o.periodic});
    });
}

/// Jets of the given numbers of particles, the later half in another order.
EmdBatch jets_of(const std::vector<int>& sizes)
{
    std::vector<WeightedParticles> jets;
    for (size_t k = 0; k < sizes.size(); ++k) {
        jets.push_back(test::centred(test::toy_particles(2 * k, sizes[k])));
        jets.push_back(test::centred(test::toy_particles(2 * k + 1, sizes[sizes.size() - 1 - k])));
    }
    return EmdBatch(jets);
}

TEST(Emd, JetsOfAllSizesAreAsFarApartAsAnotherSolverSaysOnEverySimdTarget)
{
    auto batch = jets_of({1, 2, 3, 12, 31, 50, 63, 64, 65, 127, 128, 129, 200});
    test::for_each_simd_target([&] { expect_optimal_jets(batch); });
}

TEST(Emd, AnyExponentRadiusAndNormalisation)
{
    for (const double beta : {0.5, 1.0, 1.5, 2.0, 3.0})
        for (const bool norm : {false, true}) {
            auto batch = jets_of({1, 7, 20, 40, 70});
            batch.options.beta = beta, batch.options.norm = norm, batch.options.radius = 0.4;
            SCOPED_TRACE(testing::Message() << "beta " << beta << ", norm " << norm);
            expect_optimal_jets(batch);
        }
}

/// A radius at which the largest cost of all pairs is `cost`.
double radius_for(const EmdBatch& batch, double cost)
{
    double farthest = 0;
    for (size_t k = 0; k < batch.count(); ++k)
        farthest =
            std::max(farthest, largest(jet_problem(batch.first(k), batch.second(k), {}).cost));
    return farthest / std::pow(cost, 1 / batch.options.beta);
}

TEST(Emd, CostsOfManyTimesTheWeightAreCertifiedAsWell)
{
    auto batch = jets_of({2, 12, 40, 60, 100, 200});
    for (const double cost : {10.0, 100.0, 1e3, 1e7})
        for (const double beta : {1.0, 2.0, 4.0}) {
            batch.options.beta = beta;
            batch.options.radius = radius_for(batch, cost);
            SCOPED_TRACE(testing::Message() << "largest cost " << cost << ", beta " << beta);
            expect_optimal_jets(batch);
            for (size_t k = 0; k < batch.count() && cost <= 1e3; ++k)
                EXPECT_LE(batch.gaps[k], kernels::kExactGap * weight_of(batch, k)) << "pair " << k;
        }
}

TEST(Emd, AzimuthGoesRound)
{
    std::vector<WeightedParticles> jets;
    for (uint64_t k = 0; k < 20; ++k) jets.push_back(test::toy_particles(k, 15));
    jets[0].y[0] += 2 * std::numbers::pi;
    jets[3].y[1] -= 6 * std::numbers::pi;
    EmdBatch batch(jets);
    batch.options.periodic = true;
    expect_optimal_jets(batch);
}

TEST(Emd, ReconstructedEventsWithAllKindsOfObjects)
{
    std::vector<WeightedParticles> events;
    toy::Numbers random(3, 1);
    for (int e = 0; e < 60; ++e) {
        WeightedParticles event;
        const int count = 1 + static_cast<int>(random.uniform(0, 14));
        for (int i = 0; i < count; ++i) {
            event.x.push_back(random.uniform(-2.5, 2.5));
            event.y.push_back(random.uniform(-3.1, 3.1));
            event.pt.push_back(random.uniform(20, 500));
            event.weight.push_back(e % 2 == 0 ? 1.0 : event.pt.back());
            event.object.push_back(static_cast<int8_t>(random.uniform(0, 8)));
        }
        events.push_back(event);
    }
    EmdBatch batch(events);
    batch.options.ground = EmdGround::events;
    std::array<double, 64> id;
    for (int k = 0; k < 8; ++k)
        for (int l = 0; l <= k; ++l)
            id[size_t(8 * k + l)] = id[size_t(8 * l + k)] = k == l ? 1.0 : 1.0 + 0.1 * (k + 2 * l);
    std::copy(id.begin(), id.end(), batch.options.id);
    for (const bool periodic : {false, true}) {
        batch.options.periodic = periodic;
        expect_optimal(batch, [&](size_t k) {
            return event_problem(batch.first(k), batch.second(k), id, periodic);
        });
    }
}

/// Points of a grid with equal weights: many arcs cost the same and many flows end together.
WeightedParticles grid(int side, double shift, double weight)
{
    WeightedParticles points;
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) {
            points.x.push_back(0.1 * i + shift);
            points.y.push_back(0.1 * j);
            points.weight.push_back(weight);
        }
    return points;
}

TEST(Emd, TiesDoNotMakeItGoRoundInCircles)
{
    EmdBatch batch({grid(5, 0, 1), grid(5, 0.1, 1), grid(7, 0, 1), grid(7, 0.05, 1), grid(4, 0, 3),
                    grid(8, 0, 1), grid(6, 0, 1), grid(6, 0, 1)});
    expect_optimal_jets(batch);
    EXPECT_EQ(batch.values[3], 0.0);
}

TEST(Emd, ParticlesInOnePlaceAndWeightsBillionsApart)
{
    WeightedParticles heap{{0, 0, 0, 0.2}, {0, 0, 0, 0}, {1, 2, 3, 4}, {}, {}};
    WeightedParticles wide{{0.1, 0.3, -0.2, 0}, {0, 0.1, 0.2, 0}, {1e9, 1, 1e4, 2}, {}, {}};
    WeightedParticles all_in_one{{0, 0, 0}, {0, 0, 0}, {5, 1, 4}, {}, {}};
    EmdBatch batch({heap, all_in_one, wide, heap, heap, wide, all_in_one, all_in_one});
    expect_optimal_jets(batch);
    EXPECT_EQ(batch.values[3], 0.0);
}

TEST(Emd, WhatIsWrongWithAPairIsItsStatusAndNeverANumber)
{
    const WeightedParticles good{{0, 0.1}, {0, 0}, {1, 2}, {}, {}};
    const auto with = [&](double x, double weight) {
        auto event = good;
        event.x[1] = x, event.weight[1] = weight;
        return event;
    };
    const WeightedParticles none;
    const double nan = NAN, inf = INFINITY;
    const std::vector<std::pair<WeightedParticles, EmdStatus>> cases{
        {none, EmdStatus::empty_event},           {with(0.1, 0), EmdStatus::bad_weight},
        {with(0.1, -1), EmdStatus::bad_weight},   {with(0.1, nan), EmdStatus::bad_weight},
        {with(0.1, inf), EmdStatus::bad_weight},  {with(nan, 1), EmdStatus::bad_position},
        {with(inf, 1), EmdStatus::bad_position},  {with(0.1, 1e-30), EmdStatus::out_of_range},
        {with(1e200, 1), EmdStatus::out_of_range}};
    for (const auto& [event, status] : cases) {
        EmdBatch batch({event, good, good, event, good, good});
        for (const auto tier : kTiers) {
            batch.options.tier = tier;
            emd_solve_pairs(batch.arguments());
            const auto number = static_cast<int>(status);
            for (const size_t k : {0, 1}) {
                EXPECT_EQ(batch.status[k], status) << "wanted " << number;
                EXPECT_TRUE(std::isnan(batch.values[k]) && std::isnan(batch.gaps[k]));
            }
            EXPECT_EQ(batch.status[2], EmdStatus::ok);
        }
    }
}

/// Random events of every shape, 2 * pairs of them.
std::vector<WeightedParticles> random_events(int batch, int pairs)
{
    std::vector<WeightedParticles> events;
    toy::Numbers random(11, static_cast<uint64_t>(batch));
    for (int e = 0; e < 2 * pairs; ++e) {
        WeightedParticles event;
        const int count = 1 + static_cast<int>(random.uniform(0, e % 16 == 0 ? 90 : 25));
        const bool lattice = e % 3 == 0, equal = e % 5 == 0;
        for (int i = 0; i < count; ++i) {
            const double x = random.uniform(-1, 1), y = random.uniform(-1, 1);
            event.x.push_back(lattice ? std::round(5 * x) / 5 : x);
            event.y.push_back(lattice ? std::round(5 * y) / 5 : y);
            event.weight.push_back(equal ? 1.0 : std::exp(random.uniform(-9, 9)));
        }
        events.push_back(event);
    }
    return events;
}

/// Each value must be proven, whatever the costs and the tier.
void expect_all_certified(int batches, int pairs)
{
    for (int b = 0; b < batches; ++b) {
        EmdBatch batch(random_events(b, pairs));
        batch.options.norm = b % 2 == 0;
        batch.options.beta = std::array{1.0, 2.0, 4.0}[static_cast<size_t>(b % 3)];
        batch.options.radius = radius_for(batch, std::pow(10.0, b % 4));
        for (const auto tier : kTiers) {
            batch.options.tier = tier;
            emd_solve_pairs(batch.arguments());
            for (size_t k = 0; k < batch.count(); ++k)
                ASSERT_EQ(batch.status[k], EmdStatus::ok) << "batch " << b << ", pair " << k;
        }
    }
}

TEST(Emd, RandomPairsAreAllCertified) { expect_all_certified(12, 1500); }

TEST(Emd, SoakAMillionRandomPairsAreAllCertified) { expect_all_certified(100, 10000); }

}  // namespace
}  // namespace jetsmith
