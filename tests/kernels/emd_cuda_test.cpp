// SPDX-License-Identifier: Apache-2.0
// The EMD kernel on the GPU against its emulation: the same integers, the same statuses.
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/emd_batch.h"
#include "tests/support/emulated_emd_warp.h"
#include "tests/support/gpu.h"

namespace jetsmith {
namespace {

using kernels::EmdArguments;
using kernels::EmdStatus;
using test::EmdBatch;

using LaunchEmd = const char*(const EmdArguments*, void*);

/// Runs a batch on the GPU; results come back into the batch.
void run_on_gpu(EmdBatch& batch)
{
    EmdArguments a = batch.arguments();
    std::vector<at::Tensor> kept;
    const auto moved = [&](const auto& values, auto* pointer) {
        using T = std::remove_const_t<std::remove_pointer_t<decltype(pointer)>>;
        const auto bytes = static_cast<int64_t>(values.size() * sizeof(T));
        auto* data = const_cast<void*>(static_cast<const void*>(values.data()));
        kept.push_back(at::from_blob(data, {bytes}, at::kByte).to(at::kCUDA));
        return static_cast<T*>(kept.back().data_ptr());
    };
    auto& first = a.first;
    first.x = moved(batch.x, first.x), first.y = moved(batch.y, first.y);
    first.weight = moved(batch.weight, first.weight);
    if (first.pt != nullptr) {
        first.pt = moved(batch.pt, first.pt);
        first.object = moved(batch.object, first.object);
    }
    first.offsets = moved(batch.offsets, first.offsets);
    a.second = first;
    a.pairs = moved(batch.pairs, a.pairs);
    a.matrix = moved(batch.matrix, a.matrix);
    const size_t results = kept.size();
    a.values = moved(batch.values, a.values), a.gaps = moved(batch.gaps, a.gaps);
    a.status = moved(batch.status, a.status);
    a.objectives = moved(batch.objectives, a.objectives);
    a.pivots = moved(batch.pivots, a.pivots);
    auto* launch = cuda_kernel<LaunchEmd>("jetsmith_launch_emd");
    ASSERT_EQ(launch(&a, cuda_plugin()->stream()), nullptr);
    void* const to[] = {batch.values.data(), batch.gaps.data(), batch.status.data(),
                        batch.objectives.data(), batch.pivots.data()};
    for (size_t k = 0; k < std::size(to); ++k)
        at::from_blob(to[k], kept[results + k].sizes(), at::kByte).copy_(kept[results + k]);
}

void expect_the_same(EmdBatch batch)
{
    EmdBatch there = batch;
    test::emd_warp::emulate(batch.arguments());
    run_on_gpu(there);
    EXPECT_EQ(batch.status, there.status);
    EXPECT_EQ(batch.objectives, there.objectives);
    for (size_t k = 0; k < batch.count(); ++k) {
        if (batch.status[k] != EmdStatus::ok) continue;
        EXPECT_NEAR(batch.values[k], there.values[k], 1e-9 * std::abs(batch.values[k]));
        EXPECT_NEAR(batch.gaps[k], there.gaps[k], 1e-9 * batch.first(k).total());
    }
}

EmdBatch jets(int count)
{
    std::vector<test::WeightedParticles> all;
    for (int row = 0; row < count; ++row)
        all.push_back(test::centred(test::toy_particles(static_cast<uint64_t>(row), 0)));
    for (const int n : {1, 32, 33, 64, 65, 127, 128, 129, 300, 20, 700, 700})
        all.push_back(test::centred(test::toy_particles(static_cast<uint64_t>(n), n)));
    return EmdBatch(all);
}

TEST(EmdCuda, IntegersAndStatusesAreThoseOfTheEmulation)
{
    JETSMITH_NEEDS_GPU();
    for (const double beta : {1.0, 2.0, 0.5, 1.37})
        for (const bool norm : {false, true})
            for (const bool periodic : {false, true}) {
                auto batch = jets(beta == 1.0 ? 400 : 100);
                batch.options.radius = 0.8;
                batch.options.beta = beta;
                batch.options.norm = norm;
                batch.options.periodic = periodic;
                expect_the_same(batch);
            }
}

TEST(EmdCuda, EventsAndTheirMistakesAreThoseOfTheEmulation)
{
    JETSMITH_NEEDS_GPU();
    auto batch = jets(60);
    for (size_t i = 0; i < batch.weight.size(); ++i) {
        batch.pt.push_back(batch.weight[i]);
        batch.object.push_back(static_cast<int8_t>(i % kernels::kEmdObjects));
    }
    for (size_t e = 0; e < batch.events.size(); ++e)
        for (int64_t i = batch.offsets[e]; i < batch.offsets[e + 1]; ++i)
            batch.weight[size_t(i)] = 1.0 / static_cast<double>(batch.events[e].size());
    batch.options.ground = kernels::EmdGround::events;
    expect_the_same(batch);
    batch.weight[5] = 0.0;
    batch.x[static_cast<size_t>(batch.offsets[4])] = std::nan("");
    expect_the_same(batch);
    batch.options.most_pivots = 2;
    expect_the_same(batch);
}

TEST(EmdCuda, EveryRunGivesTheSameBits)
{
    JETSMITH_NEEDS_GPU();
    auto first = jets(1000), second = jets(1000);
    run_on_gpu(first);
    run_on_gpu(second);
    EXPECT_EQ(first.values, second.values);
    EXPECT_EQ(first.gaps, second.gaps);
    EXPECT_EQ(first.pivots, second.pivots);
}

}  // namespace
}  // namespace jetsmith
