// SPDX-License-Identifier: Apache-2.0
// The algorithm on 32 lanes, as a GPU runs it, against the processor; and, where there is one, the
// GPU itself.
#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/errors.h"
#include "tests/support/emulated_warp.h"
#include "tests/support/gpu.h"
#include "tests/support/pixel_cases.h"

namespace jetsmith {
namespace {

using test::all_images;

kernels::PixelateArguments arguments(const kernels::PixelateOptions& o)
{
    kernels::PixelateArguments a{};
    a.height = static_cast<int32_t>(o.height);
    a.width = static_cast<int32_t>(o.width);
    a.channels = static_cast<int32_t>(o.channels.size());
    std::copy(o.channels.begin(), o.channels.end(), a.channel);
    a.eta_width = o.eta_width;
    a.phi_width = o.phi_width;
    a.centre = o.centre;
    a.rotate = o.rotate;
    a.flip = o.flip;
    a.normalise = o.normalise;
    return a;
}

TEST(PixelateWarp, ThirtyTwoLanesDrawTheImageThatSimdRegistersDraw)
{
    auto toys = toy::jets(60);
    for (const int n : {1, 31, 32, 33, 128, 200}) toys.push_back(toy::jet(uint64_t(n), 9, n));
    const auto jets = toy::collection(toys);
    const auto* offsets = jets.offsets_B1.const_data_ptr<int64_t>();
    for (const auto& [name, options] : test::pixel_cases()) {
        const auto images = all_images(jets, options).permute({0, 2, 3, 1}).contiguous();
        const float* pixel = images.const_data_ptr<float>();
        const auto a = arguments(options);
        for (int64_t jet = 0; jet < images.size(0); ++jet) {
            const int count = static_cast<int>(offsets[jet + 1] - offsets[jet]);
            test::warp::EmulatedWarp warp(
                jets.momenta_T4.const_data_ptr<float>() + 4 * offsets[jet], count, options.cells(),
                a.channels);
            const auto frame = test::warp::find_frame(warp, a, jet);
            test::warp::fill(warp, a, frame);
            for (size_t i = 0; i < warp.tile.size(); ++i) {
                const float unit = test::warp::unit(a, frame, static_cast<int>(i) % a.channels);
                const double scale = options.normalise ? 1.0 : frame.summed_pt;
                ASSERT_NEAR(static_cast<float>(warp.tile[i]) * unit, *pixel++, 1e-6 * scale)
                    << name << ", jet " << jet << ", pixel " << i;
            }
        }
    }
}

Collection on_gpu(const Collection& jets)
{
    return {jets.offsets_B1.to(at::kCUDA), jets.momenta_T4.to(at::kCUDA), {}};
}

/// The GPU works in double throughout, the processor in float32 where that is certain.
TEST(PixelateCuda, EveryOptionAgreesWithTheProcessor)
{
    JETSMITH_NEEDS_GPU();
    auto toys = toy::jets(2000);
    for (const int n : {0, 1, 31, 33, 127, 128, 129, 1000}) {
        toys.push_back(n == 0 ? toy::Jet() : toy::jet(uint64_t(n), 9, n));
    }
    const auto jets = toy::collection(toys);
    const auto gpu = on_gpu(jets);
    for (auto [name, options] : test::pixel_cases())
        for (const auto transform : {kernels::PixelTransform::none, kernels::PixelTransform::log}) {
            options.transform = transform;
            const auto here = all_images(jets, options), there = all_images(gpu, options).cpu();
            const double scale = options.normalise ? 1.0 : 700.0;
            EXPECT_LT(here.sub(there).abs().max().item<double>(), 1e-6 * scale) << name;
        }
}

TEST(PixelateCuda, Bfloat16TablesAndRandomChangesAgreeWithTheProcessor)
{
    JETSMITH_NEEDS_GPU();
    const auto jets = toy::collection(toy::jets(1000));
    const auto gpu = on_gpu(jets);
    kernels::PixelateOptions options;
    options.channels = {kernels::PixelChannel::count, kernels::PixelChannel::pt};
    const auto table =
        kernels::pixel_table(at::full({2, 37, 37}, 0.1), at::full({2, 37, 37}, 0.3), 0.1);
    kernels::PixelAugment augment{true, 0.4, 0.1, 5, 2, {}, at::arange(1000, at::kLong)};
    const auto here = all_images(jets, options, {table, augment}, at::kBFloat16);
    augment.random_rows_B = augment.random_rows_B.to(at::kCUDA);
    const auto there = all_images(gpu, options, {table.to(at::kCUDA), augment}, at::kBFloat16);
    const double last_bit = 1.0 / 128;  // of a bfloat16
    EXPECT_TRUE(at::allclose(here.to(at::kFloat), there.cpu().to(at::kFloat), last_bit, 1e-5));
}

TEST(PixelateCuda, EveryRunGivesTheSameBits)
{
    JETSMITH_NEEDS_GPU();
    const auto gpu = on_gpu(toy::collection(toy::jets(5000)));
    const auto first = all_images(gpu);
    for (int run = 0; run < 5; ++run) EXPECT_TRUE(at::equal(first, all_images(gpu)));
}

TEST(PixelateCuda, ACapturedCallReadsRowsAndEpochOfItsReplay)
{
    JETSMITH_NEEDS_GPU();
    const auto gpu = on_gpu(toy::collection(toy::jets(300)));
    const auto rows = at::arange(64, at::kLong).to(at::kCUDA);
    const auto epoch = at::full({}, 1, at::kLong).to(at::kCUDA);
    kernels::PixelAugment augment{true, 0.4, 0.1, 5, 0, epoch, rows};
    const auto make = [&] {
        return kernels::pixelate(gpu.momenta_T4, gpu.offsets_B1, rows, {}, {{}, augment});
    };
    cuda_plugin()->on_side_stream([&] { make(); });
    at::Tensor images;
    const auto step = cuda_plugin()->make_captured_step();
    step->capture([&] { images = make(); });
    for (const int64_t replay : {2, 3}) {
        rows.add_(50);
        epoch.fill_(replay);
        step->replay();
        cuda_plugin()->synchronize();
        EXPECT_TRUE(at::equal(images, make())) << replay;
    }
}

TEST(PixelateCuda, ARowThatDoesNotExistIsNotANumber)
{
    JETSMITH_NEEDS_GPU();
    const auto gpu = on_gpu(toy::collection(toy::jets(3)));
    const auto rows = at::arange(2, 5, at::kLong).to(at::kCUDA);
    const auto images = kernels::pixelate(gpu.momenta_T4, gpu.offsets_B1, rows, {});
    const auto bad = images.isnan().flatten(1).all(1).cpu();
    EXPECT_FALSE(bad[0].item<bool>());
    EXPECT_TRUE(bad[1].item<bool>());
    EXPECT_TRUE(bad[2].item<bool>());
}

TEST(PixelateCuda, AnImageThatIsTooLargeIsRefused)
{
    JETSMITH_NEEDS_GPU();
    const auto gpu = on_gpu(toy::collection(toy::jets(2)));
    kernels::PixelateOptions options;
    options.height = options.width = 1000;
    EXPECT_THROW(all_images(gpu, options), UserError);
}

}  // namespace
}  // namespace jetsmith
