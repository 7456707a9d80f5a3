// SPDX-License-Identifier: Apache-2.0
#include "kernels/emd/emd_isotropy.h"

#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/parallel.h"
#include "tests/support/emd_tensors.h"

namespace jetsmith::kernels {
namespace {

using std::numbers::pi;
using test::WeightedParticles;

Isotropy of(const std::string& reference, double ymax = 4.5)
{
    auto isotropy = Isotropy::parse(reference);
    isotropy.ymax = ymax;
    return isotropy;
}

/// Particles of (rapidity, azimuth, pT).
WeightedParticles event(const std::vector<std::array<double, 3>>& particles)
{
    WeightedParticles all;
    for (const auto& [y, phi, pt] : particles)
        all.x.push_back(y), all.y.push_back(phi), all.weight.push_back(pt);
    return all;
}

EmdResult measure(const Isotropy& isotropy, const std::vector<WeightedParticles>& events,
                  EmdTier tier = EmdTier::exact)
{
    std::vector<int64_t> pairs;
    for (int64_t i = 0; i < std::ssize(events); ++i) pairs.insert(pairs.end(), {i, 0});
    return isotropy.measure(isotropy.prepare(test::events_of(events)), isotropy.reference(),
                            at::tensor(pairs, at::kLong).view({-1, 2}), tier);
}

double value(const Isotropy& isotropy, const WeightedParticles& particles)
{
    const auto result = measure(isotropy, {particles});
    EXPECT_EQ(result.status_K[0].item<int8_t>(), 0);
    EXPECT_LE(result.gaps_K[0].item<double>(), 4e-10);
    return result.values_K[0].item<double>();
}

/// Two back to back in azimuth, at one rapidity.
WeightedParticles dijet(double y, double phi) { return event({{y, phi, 3}, {y, phi + pi, 3}}); }

WeightedParticles random_event(uint64_t row, int particles, double widest)
{
    toy::Numbers random(1, row);
    WeightedParticles all;
    for (int i = 0; i < particles; ++i) {
        all.x.push_back(random.uniform(-widest, widest));
        all.y.push_back(random.uniform(-pi, pi));
        all.weight.push_back(std::exp(-4 * random.uniform()));
    }
    return all;
}

TEST(RingIsotropy, OfOneParticleIsTheMeanCostWhereverItIs)
{
    for (const double phi : {0.0, 0.4, -3.1})
        EXPECT_NEAR(value(of("ring:7"), event({{2.0, phi, 5}})), pi / (pi - 2), 1e-10);
}

TEST(RingIsotropy, OfBackToBackParticlesTendsToOne)
{
    for (const int n : {4, 32, 128}) {
        // Each takes the half of the ring around it: angles pi / N, 3 pi / N, ... on both sides.
        const double expected = pi / (pi - 2) * (1 - 2 / (n * std::sin(pi / n)));
        EXPECT_NEAR(value(of("ring:" + std::to_string(n)), dijet(1, 0)), expected, 1e-10) << n;
    }
    EXPECT_NEAR(value(of("ring:512"), dijet(1, 0)), 1, 1e-4);
}

TEST(RingIsotropy, OfTheRingItselfIsZero)
{
    WeightedParticles ring;
    for (int j = 0; j < 24; ++j)
        ring.x.push_back(0.1 * j), ring.y.push_back(2 * pi * (j + 0.5) / 24 - 2 * pi * (j % 3)),
            ring.weight.push_back(7);
    EXPECT_NEAR(value(of("ring:24"), ring), 0, 1e-9);
}

TEST(RingIsotropy, IsTheSameAfterARotationByOnePointAndAlmostAfterAnyOther)
{
    constexpr int kPoints = 64;
    auto turned = random_event(3, 40, 2);
    const double before = value(of("ring:64"), turned);
    for (double& phi : turned.y) phi += 2 * pi / kPoints;
    EXPECT_NEAR(value(of("ring:64"), turned), before, 1e-9);
    for (double& phi : turned.y) phi += 0.3 * 2 * pi / kPoints;
    EXPECT_NEAR(value(of("ring:64"), turned), before, 10.0 / (kPoints * kPoints));
}

/// Mean of (a + t)^2 over the middles t of `cells` between -half and half.
double mean_square(double a, double half, double cells)
{
    return a * a + half * half * (1 - 1 / (cells * cells)) / 3;
}

TEST(CylinderIsotropy, OfOneParticleIsTheMeanCost)
{
    // 16 azimuths, floor(16 * 4.5 / pi) = 22 rapidities.
    const double unit = 12 / (pi * pi + 16 * 4.5 * 4.5);
    EXPECT_NEAR(value(of("cylinder:16"), event({{1.2, 0, 1}})),
                unit * (mean_square(1.2, 4.5, 22) + mean_square(0, pi, 16)), 1e-10);
    EXPECT_EQ(of("cylinder:16").reference().weight_T.size(0), 16 * 22);
}

TEST(CylinderIsotropy, OfBackToBackParticlesAtItsEndTendsToOne)
{
    const double unit = 12 / (pi * pi + 16 * 2.0 * 2.0);
    const double found = value(of("cylinder:24", 2), dijet(2, 0));
    EXPECT_NEAR(found, unit * (mean_square(2, 2, 15) + mean_square(0, pi / 2, 12)), 1e-10);
    EXPECT_NEAR(found, 1, 0.005);
    EXPECT_LT(value(of("cylinder:24", 2), dijet(0, 0)), 0.4);
}

TEST(CylinderIsotropy, OfTheCylinderItselfIsZeroWithAnythingBeyondIt)
{
    WeightedParticles cylinder;
    for (int i = 0; i < 6; ++i)
        for (int j = 0; j < 10; ++j)
            cylinder.x.push_back(2 * (i + 0.5) / 3 - 2),
                cylinder.y.push_back(2 * pi * (j + 0.5) / 10), cylinder.weight.push_back(0.5);
    cylinder.x.push_back(2.01), cylinder.y.push_back(0), cylinder.weight.push_back(100);
    EXPECT_NEAR(value(of("cylinder:10", 2), cylinder), 0, 1e-9);
}

TEST(SphereIsotropy, PointsAreTheCentresOfHealpixPixels)
{
    const auto twelve = of("sphere:12").reference();
    const auto* eta = twelve.x_T.const_data_ptr<double>();
    const auto* phi = twelve.y_T.const_data_ptr<double>();
    for (int j = 0; j < 12; ++j) {
        EXPECT_NEAR(std::tanh(eta[j]), j < 4 ? 2 / 3.0 : j < 8 ? 0 : -2 / 3.0, 1e-15) << j;
        EXPECT_NEAR(phi[j], pi / 2 * (j % 4 + (j / 4 == 1 ? 0 : 0.5)), 1e-14) << j;
    }
}

TEST(SphereIsotropy, PointsAreSpreadEvenly)
{
    const auto sphere = of("sphere:768").reference();
    const auto* eta = sphere.x_T.const_data_ptr<double>();
    const auto* phi = sphere.y_T.const_data_ptr<double>();
    double x = 0, y = 0, z = 0, squares = 0;
    for (int64_t j = 0; j < 768; ++j) {
        x += std::cos(phi[j]) / std::cosh(eta[j]);
        y += std::sin(phi[j]) / std::cosh(eta[j]);
        z += std::tanh(eta[j]);
        squares += std::pow(std::tanh(eta[j]), 2);
    }
    EXPECT_EQ(sphere.x_T.size(0), 768);
    EXPECT_NEAR(x, 0, 1e-10);
    EXPECT_NEAR(y, 0, 1e-10);
    EXPECT_NEAR(z, 0, 1e-10);
    EXPECT_NEAR(squares / 768, 1 / 3.0, 1e-3);
}

TEST(SphereIsotropy, OfOneParticleIsTwoWhereverItIs)
{
    for (const double eta : {0.0, 1.3, -20.0})
        EXPECT_NEAR(value(of("sphere:48"), event({{eta, 0.7, 5}})), 2, 1e-10) << eta;
}

TEST(SphereIsotropy, OfBackToBackParticlesTendsToOneInEveryDirection)
{
    for (const double eta : {0.0, 1.0, 15.0}) {
        const auto pair = event({{eta, 0.2, 2}, {-eta, 0.2 + pi, 2}});
        EXPECT_NEAR(value(of("sphere:768"), pair), 1, 0.01) << eta;
    }
}

/// What the kernels embed, written down as the papers do.
double literal_cost(const Isotropy& isotropy, double y, double phi, double to_y, double to_phi)
{
    const double dphi = std::acos(std::cos(phi - to_phi));
    if (isotropy.shape == IsotropyShape::ring) return pi / (pi - 2) * (1 - std::cos(dphi));
    if (isotropy.shape == IsotropyShape::cylinder)
        return 12 / (pi * pi + 16 * isotropy.ymax * isotropy.ymax) *
               (std::pow(y - to_y, 2) + dphi * dphi);
    const double cosine =
        (std::cos(dphi) + std::sinh(y) * std::sinh(to_y)) / (std::cosh(y) * std::cosh(to_y));
    return 2 * (1 - cosine);
}

test::TransportProblem literal_problem(const Isotropy& isotropy, const WeightedParticles& particles)
{
    const auto reference = isotropy.reference();
    const int64_t points = reference.weight_T.size(0);
    double total = 0;
    test::TransportProblem problem;
    for (size_t i = 0; i < particles.size(); ++i)
        problem.supply.push_back(particles.weight[i] *
                                 (isotropy.on_sphere() ? std::cosh(particles.x[i]) : 1));
    for (const double w : problem.supply) total += w;
    for (double& w : problem.supply) w /= total;
    problem.demand.assign(static_cast<size_t>(points), 1.0 / static_cast<double>(points));
    for (size_t i = 0; i < particles.size(); ++i)
        for (int64_t j = 0; j < points; ++j) {
            double y = reference.x_T[j].item<double>(), phi = reference.y_T[j].item<double>();
            if (isotropy.shape == IsotropyShape::ring) phi = std::atan2(phi, y), y = 0;
            problem.cost.push_back(literal_cost(isotropy, particles.x[i], particles.y[i], y, phi));
        }
    return problem;
}

TEST(Isotropy, IsWhatTheTransportProblemOfThePapersGives)
{
    for (const char* reference : {"ring:16", "cylinder:6", "sphere:48"})
        for (const uint64_t row : {1, 2, 3}) {
            const auto isotropy = of(reference);
            const auto particles = random_event(row, 17, 3);
            EXPECT_NEAR(value(isotropy, particles),
                        test::solve_transport(literal_problem(isotropy, particles)).value, 1e-9)
                << reference << " " << row;
        }
}

TEST(Isotropy, LiesBetweenUniformAndDijetForManyParticles)
{
    for (const char* reference : {"ring:192", "cylinder:16", "sphere:192"}) {
        const auto isotropy = of(reference);
        std::vector<WeightedParticles> events;
        for (uint64_t row = 0; row < 4; ++row) events.push_back(random_event(row, 600, 1));
        for (const auto tier : {EmdTier::fast, EmdTier::exact}) {
            const auto result = measure(isotropy, events, tier);
            EXPECT_TRUE(result.status_K.eq(0).all().item<bool>()) << reference;
            EXPECT_LE(result.gaps_K.max().item<double>(), tier == EmdTier::fast ? 8e-6 : 4e-10);
            EXPECT_GT(result.values_K.min().item<double>(), 0);
            EXPECT_LT(result.values_K.max().item<double>(), 0.5) << reference;
        }
    }
}

TEST(Isotropy, DoesNotDependOnThreadsNorOnTheUnitOfMomenta)
{
    for (const char* reference : {"ring:32", "cylinder:8", "sphere:48"}) {
        const auto isotropy = of(reference);
        std::vector<WeightedParticles> events, scaled;
        for (uint64_t row = 0; row < 20; ++row) {
            events.push_back(random_event(row, 30, 2));
            scaled.push_back(events.back());
            for (double& pt : scaled.back().weight) pt *= 1024;
        }
        set_thread_count(1);
        const auto one = measure(isotropy, events).values_K;
        set_thread_count(4);
        EXPECT_TRUE(measure(isotropy, events).values_K.equal(one)) << reference;
        EXPECT_TRUE(measure(isotropy, scaled).values_K.allclose(one, 0, 1e-9)) << reference;
        set_thread_count(0);
    }
}

TEST(Isotropy, OfBadEventsIsAStatus)
{
    const double nan = std::nan("");
    for (const char* reference : {"ring:8", "cylinder:8", "sphere:12"}) {
        const auto result = measure(of(reference), {event({}), event({{0, nan, 1}}),
                                                    event({{0, 0, -1}}), event({{0, 0, 1}})});
        const auto status = [&](int64_t k) {
            return static_cast<EmdStatus>(result.status_K[k].item<int8_t>());
        };
        EXPECT_EQ(status(0), EmdStatus::empty_event) << reference;
        EXPECT_EQ(status(1), EmdStatus::bad_position) << reference;
        EXPECT_NE(status(2), EmdStatus::ok) << reference;
        EXPECT_EQ(status(3), EmdStatus::ok) << reference;
        EXPECT_TRUE(result.values_K[2].isnan().item<bool>()) << reference;
    }
}

TEST(Isotropy, IsNamedByShapeAndPoints)
{
    EXPECT_EQ(of("cylinder:16").text(), "cylinder:16");
    EXPECT_EQ(of("ring:3").size(), 3);
    EXPECT_EQ(of("cylinder:16").size(), 16 * 22);
    EXPECT_EQ(of("cylinder:2", 1).size(), 0);
    EXPECT_EQ(of("sphere:192").size(), 192);
    for (const char* uneven : {"sphere:100", "sphere:36", "sphere:9223372036854775807"})
        EXPECT_EQ(of(uneven).size(), 0) << uneven;
    for (const char* none :
         {"", "ring", "ring:", "ring:1", "ring:-4", "ring:8x", "disc:8", "ring: 8"})
        EXPECT_FALSE(of(none).wanted()) << none;
}

}  // namespace
}  // namespace jetsmith::kernels
