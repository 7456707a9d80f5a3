// SPDX-License-Identifier: Apache-2.0
// The EMD kernel of the GPU on 32 emulated lanes, against a transport solver of another kind.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "tests/support/emd_batch.h"
#include "tests/support/emulated_emd_warp.h"

namespace jetsmith {
namespace {

using kernels::EmdGround;
using kernels::EmdStatus;
using test::EmdBatch;
using test::WeightedParticles;

/// Every pair certified, and within its certificate of the oracle.
void expect_optimal(EmdBatch& batch, const test::JetGround& ground)
{
    batch.options.ground = EmdGround::jets;
    batch.options.radius = ground.radius;
    batch.options.beta = ground.beta;
    batch.options.norm = ground.norm;
    batch.options.periodic = ground.periodic;
    test::emd_warp::emulate(batch.arguments());
    for (size_t k = 0; k < batch.count(); ++k) {
        const auto &a = batch.first(k), &b = batch.second(k);
        const double total = ground.norm ? 1.0 : std::max(a.total(), b.total());
        ASSERT_EQ(batch.status[k], EmdStatus::ok) << "pair " << k;
        EXPECT_LE(batch.gaps[k], kernels::kFastGap * total);
        const double wanted = test::jet_distance(a, b, ground);
        EXPECT_LE(std::abs(batch.values[k] - wanted), batch.gaps[k] + 1e-13 * total)
            << "pair " << k << " of " << a.size() << " and " << b.size() << " particles, beta "
            << ground.beta << ", norm " << ground.norm << ", periodic " << ground.periodic;
    }
}

EmdBatch jets_of(const std::vector<int>& sizes)
{
    std::vector<WeightedParticles> jets;
    for (const int n : sizes) jets.push_back(test::centred(test::toy_particles(jets.size(), n)));
    return EmdBatch(jets);
}

TEST(EmdWarp, JetsOfEverySizeClassAgreeWithTheOracle)
{
    auto batch =
        jets_of({1,  1,  1,  20, 20, 1,  2,  3,  12,  12, 25,  31,  31,  25, 32,  32,  33,  64,
                 50, 50, 63, 63, 64, 20, 65, 64, 100, 90, 127, 127, 128, 3,  128, 128, 129, 140});
    expect_optimal(batch, {.radius = 0.8});
}

TEST(EmdWarp, EveryGroundDistanceOfJetsAgreesWithTheOracle)
{
    for (const double beta : {0.5, 1.0, 1.37, 2.0})
        for (const bool norm : {false, true})
            for (const bool periodic : {false, true}) {
                auto batch = jets_of({9, 9, 30, 12, 40, 55, 70, 66, 130, 20});
                expect_optimal(batch, {0.8, beta, norm, periodic});
            }
}

TEST(EmdWarp, HundredsOfParticlesAgreeWithTheOracle)
{
    auto batch = jets_of({300, 120, 60, 400});
    expect_optimal(batch, {.radius = 0.8});
}

TEST(EmdWarp, AnglesMeetAcrossThePeriod)
{
    std::vector<WeightedParticles> jets;
    for (uint64_t row = 0; row < 8; ++row) {
        // Spread over the whole circle, and jets about +-pi.
        auto jet = test::centred(test::toy_particles(row, 25));
        for (double& phi : jet.y)
            phi = std::remainder((row < 4 ? 9.0 * phi : phi) + std::numbers::pi,
                                 2.0 * std::numbers::pi);
        jets.push_back(jet);
    }
    EmdBatch batch(jets);
    expect_optimal(batch, {.radius = 3.0, .periodic = true});
    expect_optimal(batch, {.radius = 3.0, .beta = 2.0, .periodic = true});
}

/// Grid points of equal weight: nearly every pivot is degenerate.
WeightedParticles grid(int width, int height, double x0, double spacing)
{
    WeightedParticles out;
    for (int i = 0; i < width * height; ++i) {
        out.x.push_back(x0 + spacing * (i % width));
        out.y.push_back(spacing * (i / width));
        out.weight.push_back(1.0);
    }
    return out;
}

TEST(EmdWarp, GridsOfEqualWeightsDoNotCycle)
{
    EmdBatch batch({grid(8, 8, 0, 0.1), grid(8, 8, 0.25, 0.1), grid(5, 5, 0, 0.1),
                    grid(5, 5, 0.1, 0.1), grid(7, 9, 0, 0.1), grid(9, 7, 0, 0.1),
                    grid(11, 11, 0, 0.1), grid(11, 11, 0.1, 0.1), grid(4, 4, 0, 0.1),
                    grid(6, 6, 0, 0.1), grid(12, 12, 0, 0.1), grid(12, 12, 0.3, 0.1)});
    expect_optimal(batch, {});
    expect_optimal(batch, {.beta = 2.0, .norm = true});
}

TEST(EmdWarp, IdenticalJetsAreAtDistanceZeroExactly)
{
    for (const int n : {1, 17, 50, 90, 150}) {
        const auto jet = test::centred(test::toy_particles(3, n));
        EmdBatch batch({jet, jet});
        test::emd_warp::emulate(batch.arguments());
        EXPECT_EQ(batch.status[0], EmdStatus::ok);
        EXPECT_EQ(batch.values[0], 0.0) << n;
    }
}

TEST(EmdWarp, SplittingAParticleInPlaceChangesNothing)
{
    auto jet = test::centred(test::toy_particles(1, 30)), split = jet;
    for (size_t i = 0; i < 10; ++i) {
        split.weight[i] /= 2;
        split.x.push_back(split.x[i]);
        split.y.push_back(split.y[i]);
        split.weight.push_back(split.weight[i]);
    }
    EmdBatch batch({jet, split, split, jet});
    test::emd_warp::emulate(batch.arguments());
    for (const double value : batch.values) EXPECT_NEAR(value, 0.0, 1e-9 * jet.total());
}

/// Points on a line: the area between the two distribution functions.
double line_distance(const WeightedParticles& a, const WeightedParticles& b)
{
    std::vector<std::pair<double, double>> steps;
    for (size_t i = 0; i < a.size(); ++i) steps.emplace_back(a.x[i], a.weight[i] / a.total());
    for (size_t j = 0; j < b.size(); ++j) steps.emplace_back(b.x[j], -b.weight[j] / b.total());
    std::sort(steps.begin(), steps.end());
    double area = 0, height = 0;
    for (size_t k = 0; k + 1 < steps.size(); ++k) {
        height += steps[k].second;
        area += std::abs(height) * (steps[k + 1].first - steps[k].first);
    }
    return area;
}

TEST(EmdWarp, SevenHundredParticlesOnALineGiveTheAreaBetweenTheirDistributions)
{
    auto a = test::centred(test::toy_particles(0, 700));
    auto b = test::centred(test::toy_particles(1, 150));
    std::fill(a.y.begin(), a.y.end(), 0.3);
    std::fill(b.y.begin(), b.y.end(), 0.3);
    EmdBatch batch({a, b});
    batch.options.norm = true;
    test::emd_warp::emulate(batch.arguments());
    ASSERT_EQ(batch.status[0], EmdStatus::ok);
    EXPECT_NEAR(batch.values[0], line_distance(a, b), batch.gaps[0]);
    EXPECT_LT(batch.gaps[0], kernels::kFastGap);
}

TEST(EmdWarp, WeightsMayDifferByNineOrdersOfMagnitude)
{
    std::vector<WeightedParticles> jets;
    for (uint64_t row = 0; row < 6; ++row) {
        auto jet = test::centred(test::toy_particles(row, 40));
        for (size_t i = 0; i < jet.size(); ++i)
            jet.weight[i] = std::pow(10.0, -9.0 * static_cast<double>(i) / 39.0);
        jets.push_back(jet);
    }
    EmdBatch batch(jets);
    expect_optimal(batch, {.radius = 0.8});
    expect_optimal(batch, {.radius = 0.8, .norm = true});
}

TEST(EmdWarp, ScalesOfWeightsAndPositionsDoNotMatter)
{
    for (const double scale : {1e-200, 1e-6, 1e9, 1e200}) {
        auto batch = jets_of({20, 30, 50, 40});
        for (auto* values : {&batch.x, &batch.y, &batch.weight})
            for (double& v : *values) v *= scale;
        batch.options.radius = scale;
        auto same = jets_of({20, 30, 50, 40});
        test::emd_warp::emulate(batch.arguments());
        test::emd_warp::emulate(same.arguments());
        for (size_t k = 0; k < batch.count(); ++k) {
            EXPECT_EQ(batch.status[k], EmdStatus::ok) << scale;
            EXPECT_NEAR(batch.values[k] / scale, same.values[k], same.gaps[k]) << scale;
        }
    }
}

}  // namespace
}  // namespace jetsmith
