// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd_sphere.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/support/emd_tensors.h"

namespace jetsmith::kernels {
namespace {

using std::numbers::pi;
using test::WeightedParticles;

/// Directions all over the sphere; the weights add up to 1.
WeightedParticles event(uint64_t row, int particles)
{
    toy::Numbers random(7, row);
    WeightedParticles all;
    double total = 0;
    for (int i = 0; i < particles; ++i) {
        all.x.push_back(std::atanh(random.uniform(-1, 1)));
        all.y.push_back(random.uniform(-pi, pi));
        all.weight.push_back(random.uniform(0.1, 1));
        total += all.weight.back();
    }
    for (double& weight : all.weight) weight /= total;
    return all;
}

WeightedParticles single(double eta, double phi, double weight = 1)
{
    return {.x = {eta}, .y = {phi}, .weight = {weight}, .pt = {}, .object = {}};
}

/// Events 0 and 1, 2 and 3, ...
EmdResult measure(const std::vector<WeightedParticles>& all, EmdTier tier = EmdTier::exact)
{
    const auto events = test::events_of(all);
    std::vector<int64_t> pairs(all.size());
    for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = static_cast<int64_t>(i);
    return emd_sphere_pairs(events, events, at::tensor(pairs, at::kLong).view({-1, 2}), tier);
}

double distance(const WeightedParticles& a, const WeightedParticles& b)
{
    return measure({a, b}).values_K[0].item<double>();
}

TEST(EmdSphere, OfTwoParticlesIsTwiceOneMinusTheCosineOfTheirAngle)
{
    EXPECT_NEAR(distance(single(0, 0.1), single(0, 0.1 + 2 * pi)), 0, 1e-12);
    EXPECT_NEAR(distance(single(0, 0), single(0, pi / 3)), 1, 1e-12);
    EXPECT_NEAR(distance(single(0, 2), single(30, -1)), 2, 1e-12) << "the beam";
    EXPECT_NEAR(distance(single(1.5, 0.4), single(-1.5, 0.4 + pi)), 4, 1e-12);
    EXPECT_NEAR(distance(single(std::atanh(0.5), 0), single(-std::atanh(0.5), 0)), 1, 1e-12)
        << "polar angles of 60 and 120 degrees";
    EXPECT_NEAR(distance(single(2, 1), single(2, 1 + 1e-9)) * std::pow(std::cosh(2.0), 2), 1e-18,
                1e-20)
        << "nothing cancels";
}

test::TransportProblem problem(const WeightedParticles& a, const WeightedParticles& b)
{
    test::TransportProblem all{a.weight, b.weight, {}};
    for (size_t i = 0; i < a.size(); ++i)
        for (size_t j = 0; j < b.size(); ++j)
            all.cost.push_back(
                2 - 2 * (std::cos(a.y[i] - b.y[j]) + std::sinh(a.x[i]) * std::sinh(b.x[j])) /
                        (std::cosh(a.x[i]) * std::cosh(b.x[j])));
    return all;
}

TEST(EmdSphere, IsTheLeastCostOfTransportInBothDirectionsAndTiers)
{
    std::vector<WeightedParticles> all;
    for (uint64_t pair = 0; pair < 20; ++pair) {
        all.push_back(event(2 * pair, 1 + static_cast<int>(pair)));
        all.push_back(event(2 * pair + 1, 15));
    }
    const auto exact = measure(all), fast = measure(all, EmdTier::fast);
    for (int64_t k = 0; k < 20; ++k) {
        const auto &a = all[static_cast<size_t>(2 * k)], &b = all[static_cast<size_t>(2 * k + 1)];
        const double expected = test::solve_transport(problem(a, b)).value;
        EXPECT_NEAR(exact.values_K[k].item<double>(), expected, 1e-9);
        EXPECT_NEAR(fast.values_K[k].item<double>(), expected, 4 * kFastGap);
        EXPECT_NEAR(distance(b, a), expected, 1e-9);
    }
    EXPECT_LE(exact.gaps_K.max().item<double>(), 4 * kExactGap);
    EXPECT_LE(fast.gaps_K.max().item<double>(), 4 * kFastGap);
}

TEST(EmdSphere, OfWhatCannotBeComparedIsAStatus)
{
    const auto status = [](const WeightedParticles& a, const WeightedParticles& b) {
        const auto result = measure({a, b});
        EXPECT_TRUE(std::isnan(result.values_K[0].item<double>()));
        return static_cast<EmdStatus>(result.status_K[0].item<int8_t>());
    };
    const auto good = single(0, 0);
    EXPECT_EQ(status(good, single(0, 0, 1.001)), EmdStatus::weights_differ);
    EXPECT_EQ(status({}, good), EmdStatus::empty_event);
    EXPECT_EQ(status(good, single(std::nan(""), 0)), EmdStatus::bad_position);
    EXPECT_EQ(status(single(0, INFINITY), good), EmdStatus::bad_position);
    EXPECT_EQ(status(single(0, 0, -1), good), EmdStatus::bad_weight);
}

}  // namespace
}  // namespace jetsmith::kernels
