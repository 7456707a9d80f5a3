// SPDX-License-Identifier: Apache-2.0
// Random flips, rotations and shifts: what they are a function of, and what they do.
#include <ATen/ops/full.h>
#include <ATen/ops/stack.h>
#include <gtest/gtest.h>

#include <numbers>

#include "tests/support/pixel_cases.h"

namespace jetsmith {
namespace {

using kernels::PixelateOptions;
using test::all_images;

kernels::PixelateExtras augmented(const Collection& jets, bool flips, double rotation, double shift,
                                  uint32_t epoch = 3)
{
    kernels::PixelAugment augment;
    augment.flips = flips;
    augment.rotation = rotation;
    augment.shift = shift;
    augment.seed = 11;
    augment.epoch = epoch;
    augment.random_rows_B = at::arange(jets.offsets_B1.size(0) - 1, at::kLong).add(1000);
    return {{}, augment};
}

TEST(PixelateAugment, FlipsMirrorTheImageAsTheKeysSay)
{
    const auto jets = toy::collection(toy::jets(400));
    PixelateOptions options;
    const auto plain = all_images(jets, options);
    const auto images = all_images(jets, options, augmented(jets, true, 0, 0));
    int along_eta = 0, along_phi = 0;
    for (int64_t i = 0; i < 400; ++i) {
        const auto bits = philox({11, Purpose::augment, 3, uint64_t(1000 + i)}, 0)[0];
        auto wanted = plain[i];
        if (bits & 1) wanted = wanted.flip({1}), ++along_eta;
        if (bits & 2) wanted = wanted.flip({2}), ++along_phi;
        ASSERT_TRUE(at::equal(images[i], wanted)) << i;
    }
    EXPECT_NEAR(along_eta, 200, 60);
    EXPECT_NEAR(along_phi, 200, 60);
}

/// The same change made to the jet itself, in double: its image without any preprocessing.
TEST(PixelateAugment, RotationAndShiftMoveEveryConstituentAsTheKeysSay)
{
    const auto before = toy::jets(300);
    const auto jets = toy::collection(before);
    PixelateOptions options;
    options.rotate = options.flip = false;
    const auto images = all_images(jets, options, augmented(jets, false, 0.5, 0.2));
    int64_t compared = 0;
    for (int64_t i = 0; i < 300; ++i) {
        const auto words = philox({11, Purpose::augment, 3, uint64_t(1000 + i)}, 0);
        const auto symmetric = [](uint32_t word) { return word / 2147483648.0 - 1.0; };
        const double angle = 0.5 * symmetric(words[1]);
        auto points = test::reference_points(jets, i);
        test::centre_points(points, options.centre);
        double sum = 0, edge = 1;
        for (const auto& p : points) sum += p.pt;
        std::vector<double> wanted(37 * 37);
        for (const auto& p : points) {
            const double x = std::cos(angle) * p.eta - std::sin(angle) * p.phi;
            const double y = std::sin(angle) * p.eta + std::cos(angle) * p.phi;
            const auto row = test::reference_pixel(x + 0.2 * symmetric(words[2]), 3.2, 37, edge);
            const auto col = test::reference_pixel(y + 0.2 * symmetric(words[3]), 3.2, 37, edge);
            if (row >= 0 && col >= 0) wanted[size_t(row * 37 + col)] += p.pt / sum;
        }
        if (edge < 1e-9) continue;
        ++compared;
        const auto image = images[i].contiguous();
        for (size_t k = 0; k < wanted.size(); ++k)
            ASSERT_NEAR(image.const_data_ptr<float>()[k], wanted[k], 1e-6) << i;
    }
    EXPECT_GT(compared, 297);
}

TEST(PixelateAugment, AJetIsChangedByItsKeyAndNotByItsPlaceInTheBatch)
{
    const auto jets = toy::collection(toy::jets(64));
    auto extras = augmented(jets, true, 0.3, 0.1);
    const auto images = all_images(jets, {}, extras);
    extras.augment->random_rows_B = extras.augment->random_rows_B.flip(0);
    const auto rows = at::arange(64, at::kLong).flip(0);
    const auto backwards = kernels::pixelate(jets.momenta_T4, jets.offsets_B1, rows, {}, extras);
    EXPECT_TRUE(at::equal(images, backwards.flip(0)));
}

TEST(PixelateAugment, EveryEpochAndEverySeedIsAnother)
{
    const auto jets = toy::collection(toy::jets(64));
    const auto third = all_images(jets, {}, augmented(jets, true, 0.3, 0.1, 3));
    EXPECT_TRUE(at::equal(third, all_images(jets, {}, augmented(jets, true, 0.3, 0.1, 3))));
    EXPECT_FALSE(at::equal(third, all_images(jets, {}, augmented(jets, true, 0.3, 0.1, 4))));
    auto other_seed = augmented(jets, true, 0.3, 0.1, 3);
    other_seed.augment->seed = 12;
    EXPECT_FALSE(at::equal(third, all_images(jets, {}, other_seed)));
}

TEST(PixelateAugment, TheEpochMayComeFromATensor)
{
    const auto jets = toy::collection(toy::jets(64));
    auto extras = augmented(jets, true, 0.3, 0.1, /*epoch=*/0);
    extras.augment->device_epoch = at::full({}, 7, at::kLong);
    EXPECT_TRUE(at::equal(all_images(jets, {}, extras),
                          all_images(jets, {}, augmented(jets, true, 0.3, 0.1, 7))));
}

}  // namespace
}  // namespace jetsmith
