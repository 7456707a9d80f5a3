// SPDX-License-Identifier: Apache-2.0
// Images against the formulas in double (tests/support/image_reference.h), on every SIMD target.
#include "kernels/pixelate/pixelate.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/full.h>
#include <ATen/ops/rand.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.h"
#include "core/parallel.h"
#include "tests/support/golden.h"
#include "tests/support/pixel_cases.h"
#include "tests/support/simd_targets.h"

namespace jetsmith {
namespace {

using kernels::pixelate;
using kernels::PixelateOptions;
using kernels::PixelChannel;
using kernels::PixelTransform;
using test::all_images;

/// 1000 toy jets; the decisions of double arithmetic are 1e-9 from a tie in all but some 1e-6 of
/// jets, so that none is left out here.
TEST(Pixelate, EveryOptionAgreesWithTheFormulasInDoubleOnEverySimdTarget)
{
    const auto jets = toy::collection(toy::jets(1000));
    test::for_each_simd_target([&] {
        for (const auto& [name, options] : test::pixel_cases()) {
            const auto found =
                test::compare(all_images(jets, options), jets, test::all_rows(jets), options, 1e-9);
            EXPECT_LT(found.worst, 1e-6) << name;
            EXPECT_EQ(found.excused, 0) << name;
        }
    });
}

TEST(Pixelate, SimdTargetsAgreeInEveryPixel)
{
    const auto jets = toy::collection(toy::jets(2000, /*seed=*/5));
    at::Tensor first;
    test::for_each_simd_target([&] {
        const auto images = all_images(jets);
        if (!first.defined()) first = images;
        EXPECT_TRUE(at::allclose(images, first, 0, 2e-7));
    });
}

TEST(Pixelate, BinsAndCentresAsEnergyFlowDoes)
{
    const auto golden = test::golden("energyflow_images.json");
    PixelateOptions options;
    options.height = options.width = golden["pixels"];
    options.eta_width = options.phi_width = golden["width"];
    options.rotate = options.flip = options.normalise = false;
    options.channels = {PixelChannel::pt, PixelChannel::count};
    std::vector<toy::Jet> jets;
    for (const auto& jet : golden["jets"]) {
        jets.emplace_back();
        for (const auto& c : jet["constituents"])  // displaced, some across the phi boundary
            jets.back().push_back({c[0], double(c[1]) + 0.7, toy::wrapped(double(c[2]) + 3.1)});
    }
    auto images = all_images(jets, options);
    for (size_t i = 0; i < jets.size(); ++i)
        for (const auto& pixel : golden["jets"][i]["pixels"]) {
            auto values = images[int64_t(i)].select(1, int(pixel[0])).select(1, int(pixel[1]));
            EXPECT_NEAR(values[0].item<double>(), double(pixel[2]), 1e-4) << "jet " << i;
            EXPECT_EQ(values[1].item<double>(), double(pixel[3])) << "jet " << i;
            values.zero_();
        }
    EXPECT_EQ(images.abs().max().item<double>(), 0.0) << "a pixel that EnergyFlow does not have";
}

TEST(Pixelate, MemoryIsChannelsLastAlsoForOneChannel)
{
    PixelateOptions options;
    EXPECT_EQ(all_images(toy::jets(2), options).strides(), at::IntArrayRef({1369, 1, 37, 1}));
    options.channels = {PixelChannel::pt, PixelChannel::energy};
    EXPECT_EQ(all_images(toy::jets(2), options).strides(), at::IntArrayRef({2738, 1, 74, 2}));
}

TEST(Pixelate, TransformsActOnEveryPixel)
{
    const auto jets = toy::jets(50);
    PixelateOptions options;
    const auto plain = all_images(jets, options).to(at::kDouble);
    options.transform = PixelTransform::sqrt;
    EXPECT_LT(all_images(jets, options).sub(plain.sqrt()).abs().max().item<double>(), 1e-7);
    options.transform = PixelTransform::log;
    options.log_scale = 0.01;
    const auto logs = plain.div(0.01).log1p();
    EXPECT_LT(all_images(jets, options).sub(logs).abs().max().item<double>(), 1e-6);
}

TEST(Pixelate, TheTableStandardisesEveryPixel)
{
    const auto jets = toy::collection(toy::jets(50));
    PixelateOptions options;
    options.channels = {PixelChannel::pt, PixelChannel::count};
    options.height = 11;
    const auto mean_CHW = at::rand({2, 11, 37}), deviation_CHW = at::rand({2, 11, 37});
    const auto plain = all_images(jets, options).to(at::kDouble);
    const auto images =
        all_images(jets, options, {kernels::pixel_table(mean_CHW, deviation_CHW, 0.02), {}});
    const auto wanted = plain.sub(mean_CHW).div(deviation_CHW.to(at::kDouble).add(0.02));
    EXPECT_LT(images.sub(wanted).div(wanted.abs().add(1.0)).abs().max().item<double>(), 1e-6);
}

TEST(Pixelate, ATableThatDividesByZeroIsRefused)
{
    const auto zeros = at::full({1, 37, 37}, 0.0);
    EXPECT_THROW(kernels::pixel_table(zeros, zeros, 0.0), UserError);
}

TEST(Pixelate, Bfloat16IsTheFloat32ImageRoundedToNearestEven)
{
    const auto jets = toy::collection(toy::jets(300));
    PixelateOptions options;
    options.transform = PixelTransform::sqrt;
    const auto rounded = all_images(jets, options).to(at::kBFloat16);
    test::for_each_simd_target(
        [&] { EXPECT_TRUE(at::equal(all_images(jets, options, {}, at::kBFloat16), rounded)); });
}

TEST(Pixelate, OneThreadAndFourGiveTheSameBits)
{
    const auto jets = toy::collection(toy::jets(3000));
    set_thread_count(1);
    const auto alone = all_images(jets);
    set_thread_count(4);
    const auto together = all_images(jets);
    set_thread_count(0);
    EXPECT_TRUE(at::equal(alone, together));
}

/// 3500 images of 37 x 37 are above the size from which stores go past the caches.
TEST(Pixelate, AnImageDoesNotDependOnItsBatch)
{
    const auto jets = toy::collection(toy::jets(3500));
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
        const auto rows = at::arange(3500, at::kLong);
        const auto all = at::full({7000, 1, 37, 37}, -1.0, at::TensorOptions(dtype))
                             .to(dtype, false, true, at::MemoryFormat::ChannelsLast);
        const auto images = all.narrow(0, 1, 6999).narrow(0, 0, 3500);
        kernels::pixelate_into(images, jets.momenta_T4, jets.offsets_B1, rows, {});
        EXPECT_EQ(all[0].max().item<double>(), -1.0) << "written before its place";
        EXPECT_EQ(all[3501].max().item<double>(), -1.0) << "written behind its place";
        for (int64_t row = 0; row < 3500; row += 7) {
            const auto one =
                pixelate(jets.momenta_T4, jets.offsets_B1, rows.narrow(0, row, 1), {}, {}, dtype);
            ASSERT_TRUE(at::equal(one[0], images[row])) << row;
        }
    }
}

TEST(Pixelate, RowsMayRepeatComeInAnyOrderAndWithAStride)
{
    const auto jets = toy::collection(toy::jets(8));
    const auto images = all_images(jets);
    const auto wide = at::arange(12, at::kLong).view({6, 2}).remainder(8);
    const auto rows = wide.select(1, 1).flip(0);  // 3, 1, 7, 5, 3, 1 in every second place
    ASSERT_FALSE(wide.select(1, 1).is_contiguous());
    EXPECT_TRUE(at::equal(pixelate(jets.momenta_T4, jets.offsets_B1, rows, {}),
                          images.index_select(0, rows)));
    EXPECT_TRUE(at::equal(pixelate(jets.momenta_T4, jets.offsets_B1, wide.select(1, 1), {}),
                          images.index_select(0, wide.select(1, 1))));
}

TEST(Pixelate, ARowThatDoesNotExistIsABugAndIsReported)
{
    const auto jets = toy::collection(toy::jets(3));
    for (const int64_t row : {-1, 3})
        EXPECT_THROW(pixelate(jets.momenta_T4, jets.offsets_B1, at::full({1}, row, at::kLong), {}),
                     InternalError);
}

}  // namespace
}  // namespace jetsmith
