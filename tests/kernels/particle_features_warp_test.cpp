// SPDX-License-Identifier: Apache-2.0
// The formulas on 32 lanes, as a GPU runs them, against the processor; and, where there is one, the
// GPU itself.
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "kernels/particle_features/particle_features_math.h"
#include "tests/support/gpu.h"
#include "tests/support/particle_cases.h"

namespace jetsmith {
namespace {

using kernels::ParticleAugment;
using kernels::ParticleFeature;
using test::all_rows;
using test::cases;
using test::describe;
using test::massive_jets;

/// A warp of 32 threads that exchange values through an array, as a GPU's lanes do.
struct ThreadWarp {
    struct Shared {
        std::barrier<> barrier{32};
        double value[32];
        int position[32];
    };
    Shared* shared;
    int index;

    int lane() const { return index; }
    static int lanes() { return 32; }
    void sync() const { shared->barrier.arrive_and_wait(); }
    template <class Combine>
    double all(double v, const Combine& combine) const
    {
        shared->value[index] = v;
        sync();
        double result = shared->value[0];
        for (int i = 1; i < 32; ++i) result = combine(result, shared->value[i]);
        sync();
        return result;
    }
    double sum(double v) const { return all(v, std::plus<>()); }
    float least(float v) const
    {
        return static_cast<float>(all(v, [](double a, double b) { return std::fmin(a, b); }));
    }
    float largest(float v) const { return -least(-v); }
    int hardest(float pt, int position) const
    {
        shared->value[index] = pt;
        shared->position[index] = position;
        sync();
        int best = 0;
        for (int i = 1; i < 32; ++i)
            if (shared->value[i] > shared->value[best] ||
                (shared->value[i] == shared->value[best] &&
                 shared->position[i] < shared->position[best]))
                best = i;
        const int result = shared->position[best];
        sync();
        return result;
    }
};

/// What describe_kernel does on a GPU, by threads.
void describe_by_warps(const kernels::ParticleFeaturesArguments& a)
{
    ThreadWarp::Shared shared;
    std::vector<std::thread> lanes;
    for (int lane = 0; lane < 32; ++lane)
        lanes.emplace_back([&, lane] {
            const ThreadWarp warp{&shared, lane};
            for (int64_t jet = 0; jet < a.jets; ++jet) {
                const int64_t first = a.offsets[jet];
                const int valid = kernels::count_particles(
                    warp, a.momenta + 4 * first, static_cast<int>(a.offsets[jet + 1] - first));
                if (lane == 0) a.counts[jet] = std::min<int64_t>(valid, a.most);
                kernels::describe_jet(warp, a, jet);
                warp.sync();
            }
        });
    for (auto& lane : lanes) lane.join();
}

TEST(ParticleFeatures, ThirtyTwoLanesWriteWhatOneLaneWrites)
{
    const auto jets = massive_jets(10);
    const auto rows = all_rows(jets);
    for (const auto& [name, o] : cases()) {
        const auto found = describe(jets, o);
        const auto count = found.offsets_B1.diff();
        auto counts = at::empty_like(count), sources = at::empty_like(found.sources_T);
        auto features = at::empty_like(found.features_TF);
        auto fractions = at::empty_like(found.fractions_T);
        auto located = at::empty({features.size(0), 4});
        kernels::ParticleFeaturesArguments a{};
        a.momenta = jets.momenta_T4.const_data_ptr<float>();
        a.offsets = jets.offsets_B1.const_data_ptr<int64_t>();
        a.rows = rows.const_data_ptr<int64_t>();
        a.store_jets = a.jets = rows.size(0);
        a.most = o.most;
        a.counts = counts.mutable_data_ptr<int64_t>();
        a.out_offsets = found.offsets_B1.const_data_ptr<int64_t>();
        a.located = located.mutable_data_ptr<float>();
        a.features = features.mutable_data_ptr<float>();
        a.fractions = fractions.mutable_data_ptr<float>();
        a.sources = sources.mutable_data_ptr<int64_t>();
        a.feature_count = static_cast<int32_t>(o.features.size());
        std::copy(o.features.begin(), o.features.end(), a.feature);
        a.centre = o.centre, a.rotate = o.rotate, a.flip = o.flip;
        a.pseudorapidity = std::count(o.features.begin(), o.features.end(), ParticleFeature::eta);
        describe_by_warps(a);
        EXPECT_TRUE(at::equal(counts, count)) << name;
        EXPECT_TRUE(at::equal(sources, found.sources_T)) << name;
        EXPECT_LT((features - found.features_TF).abs().max().item<double>(), 2e-6) << name;
        EXPECT_LT((fractions - found.fractions_T).abs().max().item<double>(), 1e-6) << name;
    }
}

TEST(ParticleFeaturesCuda, EveryOptionAgreesWithTheProcessor)
{
    JETSMITH_NEEDS_GPU();
    const auto jets = massive_jets(2000);
    const Collection gpu{jets.offsets_B1.to(at::kCUDA), jets.momenta_T4.to(at::kCUDA), {}};
    for (const auto& [name, o] : cases()) {
        const auto here = describe(jets, o), there = describe(gpu, o);
        EXPECT_TRUE(at::equal(here.offsets_B1, there.offsets_B1.cpu())) << name;
        EXPECT_TRUE(at::equal(here.sources_T, there.sources_T.cpu())) << name;
        const auto difference = (here.features_TF - there.features_TF.cpu()).abs().max();
        EXPECT_LT(difference.item<double>(), 3e-6) << name;
        ParticleAugment augment{true, 3.0, 7, 1, {}, all_rows(jets)};
        const auto random_here = describe(jets, o, augment).features_TF;
        augment.random_rows_B = all_rows(gpu);
        const auto random_there = describe(gpu, o, augment).features_TF.cpu();
        EXPECT_LT((random_here - random_there).abs().max().item<double>(), 3e-6) << name;
    }
}

}  // namespace
}  // namespace jetsmith
