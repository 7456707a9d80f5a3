// SPDX-License-Identifier: Apache-2.0
// What an Earth Mover's Distance must be without anybody to compare with: closed forms, the axioms
// of a metric, invariances, plans and potentials that prove it.
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "core/errors.h"
#include "kernels/emd/emd.h"
#include "tests/support/emd_tensors.h"

namespace jetsmith {
namespace {

using kernels::EmdEvents;
using kernels::EmdOptions;
using kernels::EmdStatus;
using kernels::EmdTier;
using test::events_of;
using test::tensor;
using test::WeightedParticles;

double distance(const WeightedParticles& one, const WeightedParticles& other, EmdOptions options)
{
    options.tier = EmdTier::exact;
    const auto result = emd_matrix(events_of({one}), events_of({other}), options);
    EXPECT_EQ(result.status_K.item<int8_t>(), 0);
    return result.values_K.item<double>();
}

std::vector<WeightedParticles> jets(int count, int size = 20)
{
    std::vector<WeightedParticles> all;
    for (int k = 0; k < count; ++k)
        all.push_back(test::centred(test::toy_particles(static_cast<uint64_t>(k), size)));
    return all;
}

TEST(EmdMetric, OneParticleAgainstOneAndAgainstMany)
{
    const WeightedParticles one{{0}, {0}, {3}, {}, {}}, other{{0.3}, {0.4}, {5}, {}, {}};
    EmdOptions options;
    options.radius = 2;
    EXPECT_NEAR(distance(one, other, options), 3 * 0.5 / 2 + 2, 1e-9);
    const WeightedParticles many{{0.3, 0, 1}, {0.4, 1, 0}, {1, 0.5, 1.5}, {}, {}};
    EXPECT_NEAR(distance(one, many, options), (0.5 * 1 + 0.5 + 1.5) / 2, 1e-9);
}

/// In one dimension the distance is the area between the cumulative weights.
TEST(EmdMetric, OnALineItIsTheAreaBetweenCumulativeWeights)
{
    for (auto pair = jets(20, 30); !pair.empty(); pair.resize(pair.size() - 2)) {
        auto &one = pair[pair.size() - 1], &other = pair[pair.size() - 2];
        std::vector<std::pair<double, double>> steps;
        for (auto* jet : {&one, &other}) {
            std::fill(jet->y.begin(), jet->y.end(), 0.0);
            const double sign = jet == &one ? 1 : -1, total = jet->total();
            for (size_t i = 0; i < jet->size(); ++i)
                steps.emplace_back(jet->x[i], sign * jet->weight[i] / total);
        }
        std::sort(steps.begin(), steps.end());
        double area = 0, height = 0;
        for (size_t i = 0; i + 1 < steps.size(); ++i) {
            height += steps[i].second;
            area += std::fabs(height) * (steps[i + 1].first - steps[i].first);
        }
        EmdOptions options;
        options.norm = true;
        EXPECT_NEAR(distance(one, other, options), area, 1e-9);
    }
}

TEST(EmdMetric, AxiomsOfAMetric)
{
    const auto all = jets(24);
    EmdOptions options;
    options.tier = EmdTier::exact;
    for (const double beta : {0.5, 1.0, 2.0}) {
        options.beta = beta;
        options.norm = beta > 1;  // then to the power 1 / beta
        options.radius = 2;       // no two particles are farther apart than 4
        const auto d = emd_matrix(events_of(all), events_of(all), options)
                           .values_K.reshape({24, 24})
                           .pow(beta > 1 ? 1 / beta : 1);
        const auto at = [&](int i, int j) { return d[i][j].item<double>(); };
        for (int i = 0; i < 24; ++i) {
            EXPECT_EQ(at(i, i), 0.0);
            for (int j = 0; j < i; ++j) {
                EXPECT_GT(at(i, j), 0.0);
                EXPECT_NEAR(at(i, j), at(j, i), 1e-7);
            }
        }
        for (int i = 0; i < 24; ++i)
            for (int j = 0; j < 24; ++j)
                EXPECT_TRUE(d[i].add(d[j]).sub(at(i, j)).min().item<double>() > -1e-7);
    }
}

TEST(EmdMetric, ShiftsAndRotationsChangeNothing)
{
    const auto all = jets(2, 40);
    const auto moved = [](WeightedParticles jet) {
        const double c = std::cos(0.7), s = std::sin(0.7);
        for (size_t i = 0; i < jet.size(); ++i) {
            const double x = jet.x[i], y = jet.y[i];
            jet.x[i] = c * x - s * y + 1.5;
            jet.y[i] = s * x + c * y - 0.3;
        }
        return jet;
    };
    EXPECT_NEAR(distance(moved(all[0]), moved(all[1]), {}), distance(all[0], all[1], {}), 1e-7);
}

TEST(EmdMetric, CollinearSplittingChangesNothingAndASoftParticleAtMostItsWeight)
{
    const auto all = jets(2, 30);
    auto split = all[0];
    split.weight[0] *= 0.25;
    split.x.push_back(split.x[0]), split.y.push_back(split.y[0]);
    split.weight.push_back(3 * split.weight[0]);
    EmdOptions options;
    EXPECT_NEAR(distance(split, all[1], options), distance(all[0], all[1], options), 1e-7);
    auto softer = all[0];
    softer.x.push_back(0.5), softer.y.push_back(0.5), softer.weight.push_back(0.01);
    options.radius = 4;
    EXPECT_LE(std::fabs(distance(softer, all[1], options) - distance(all[0], all[1], options)),
              0.01 + 1e-7);
}

std::vector<double> list(const at::Tensor& t)
{
    const auto flat = t.contiguous();
    const auto* p = flat.const_data_ptr<double>();
    return {p, p + flat.numel()};
}

/// Plan and potentials prove the value, all recomputed from the particles.
void expect_proven(const WeightedParticles& one, const WeightedParticles& other, EmdTier tier)
{
    EmdOptions options;
    options.tier = tier;
    const auto plan = emd_plan(events_of({one}), 0, events_of({other}), 0, options);
    const double unit = std::max(one.total(), other.total());
    const auto certificate =
        test::recompute_certificate(test::jet_problem(one, other, {}), list(plan.flow_NM),
                                    list(plan.potential_N), list(plan.potential_M));
    EXPECT_EQ(plan.status, EmdStatus::ok);
    EXPECT_LE(plan.gap, unit * (tier == EmdTier::fast ? kernels::kFastGap : kernels::kExactGap));
    EXPECT_NEAR(certificate.primal, plan.value, 1e-11 * unit);
    EXPECT_LE(certificate.gap(), plan.gap + 1e-11 * unit);
    EXPECT_LE(certificate.wrong_marginal, 1e-12 * unit);
    EXPECT_LE(certificate.infeasible, tier == EmdTier::fast ? 1e-6 : 1e-12);
    const auto left = plan.unmatched_N.sum().item<double>() - plan.unmatched_M.sum().item<double>();
    EXPECT_NEAR(left, one.total() - other.total(), 1e-11 * unit);
}

TEST(EmdMetric, PlansAndPotentialsProveTheValue)
{
    const auto all = jets(30, 35);
    for (size_t k = 0; k + 1 < all.size(); ++k)
        for (const auto tier : {EmdTier::fast, EmdTier::exact})
            expect_proven(all[k], all[k + 1], tier);
}

TEST(EmdMetric, HundredsOfParticlesAreProvenToo)
{
    const auto few = jets(2, 9), some = jets(2, 250), many = jets(2, 700), most = jets(3, 769);
    for (const auto tier : {EmdTier::fast, EmdTier::exact}) {
        expect_proven(some[0], many[1], tier);
        expect_proven(most[2], many[0], tier);
        expect_proven(few[0], most[1], tier);
    }
}

TEST(EmdMetric, PotentialsAreTheGradientInTheWeights)
{
    const auto all = jets(2, 12);
    for (const bool norm : {false, true}) {
        EmdOptions options;
        options.norm = norm;
        options.tier = EmdTier::exact;
        const auto plan = emd_plan(events_of({all[0]}), 0, events_of({all[1]}), 0, options);
        for (size_t i = 0; i < all[0].size(); ++i) {
            const double step = 1e-5 * all[0].weight[i];
            auto more = all[0], less = all[0];
            more.weight[i] += step, less.weight[i] -= step;
            const double slope =
                (distance(more, all[1], options) - distance(less, all[1], options)) / (2 * step);
            const double unit = norm ? 1 / all[0].total() : 1.0;
            EXPECT_NEAR(plan.potential_N[int64_t(i)].item<double>(), slope, 2e-3 * unit)
                << "particle " << i << ", norm " << norm;
        }
    }
}

/// Against differences of the distance itself, away from ties.
TEST(EmdMetric, DistancesAreDifferentiableInPositionsAndWeights)
{
    const auto all = jets(4, 9);
    const auto pairs = tensor({0, 1, 2, 3, 2, 0}).to(at::kLong).reshape({3, 2});
    const auto factor = tensor({0.5, -1, 2});
    for (const double beta : {1.0, 2.0})
        for (const bool norm : {false, true}) {
            EmdOptions options;
            options.beta = beta, options.norm = norm, options.tier = EmdTier::exact;
            auto events = events_of(all);
            const auto loss = [&] {
                return emd_values(events, events, pairs, options).mul(factor).sum();
            };
            for (auto* column : {&events.x_T, &events.y_T, &events.weight_T}) {
                column->requires_grad_(true);
                loss().backward();
                const auto gradient = column->grad();
                column->requires_grad_(false);
                auto* value = column->data_ptr<double>();
                const double step = 1e-5, unit = norm ? 1.0 : 100.0;
                for (int64_t t = 0; t < column->size(0); t += 5) {
                    const double kept = value[t];
                    value[t] = kept + step;
                    const double more = loss().item<double>();
                    value[t] = kept - step;
                    const double less = loss().item<double>();
                    value[t] = kept;
                    EXPECT_NEAR(gradient[t].item<double>(), (more - less) / (2 * step), 1e-4 * unit)
                        << "particle " << t << ", beta " << beta << ", norm " << norm;
                }
            }
        }
}

TEST(EmdMetric, PairsAndMatricesAgree)
{
    const auto events = events_of(jets(5));
    const auto square = emd_matrix(events, events, {}).values_K.reshape({5, 5});
    const auto condensed = emd_matrix(events, {}).values_K;
    int64_t k = 0;
    for (int64_t i = 0; i < 5; ++i)
        for (int64_t j = i + 1; j < 5; ++j, ++k)
            EXPECT_EQ(condensed[k].item<double>(), square[i][j].item<double>());
    EXPECT_EQ(condensed.size(0), k);
    EXPECT_THROW(emd_pairs(events, events, at::full({1, 2}, 5, at::kLong), {}), InternalError);
}

}  // namespace
}  // namespace jetsmith
