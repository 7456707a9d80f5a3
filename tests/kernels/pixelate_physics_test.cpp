// SPDX-License-Identifier: Apache-2.0
// What must not change an image, and what must: symmetries, sums and odd jets.
#include <ATen/ops/allclose.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numbers>

#include "tests/support/pixel_cases.h"

namespace jetsmith {
namespace {

using kernels::PixelateOptions;
using kernels::PixelChannel;
using test::all_images;

constexpr double kPi = std::numbers::pi;

/// The jets with every four-momentum changed.
template <typename Change>
Collection changed(const Collection& jets, const Change& change)
{
    Collection out = jets;
    out.momenta_T4 = jets.momenta_T4.clone();
    auto* p = out.momenta_T4.mutable_data_ptr<float>();
    for (int64_t i = 0; i < out.momenta_T4.size(0); ++i) change(p + 4 * i);
    return out;
}

TEST(PixelatePhysics, ImageIsUnchangedWhenTheJetCrossesThePhiBoundary)
{
    std::vector<toy::Jet> here = toy::jets(200), there = here;
    for (size_t i = 0; i < here.size(); ++i) {
        const double middle = here[i].front().phi;
        for (auto& p : here[i]) p.phi = toy::wrapped(p.phi - middle);
    }
    const auto jets = toy::collection(here);
    // Half a turn is exact in float32, and moves jets from phi = 0 onto the boundary. A jet that is
    // drawn again in double on one side only may differ by the rounding of its pixels.
    const auto turned = changed(jets, [](float* p) { p[1] = -p[1], p[2] = -p[2]; });
    EXPECT_TRUE(at::allclose(all_images(jets), all_images(turned), 0.0, 1e-8));
}

TEST(PixelatePhysics, TheDirectionOfTheBeamAxisDoesNotMatter)
{
    const auto jets = toy::collection(toy::jets(500));
    const auto eta_mirrored = changed(jets, [](float* p) { p[3] = -p[3]; });
    const auto phi_mirrored = changed(jets, [](float* p) { p[2] = -p[2]; });
    EXPECT_TRUE(at::equal(all_images(jets), all_images(eta_mirrored)));
    EXPECT_TRUE(at::equal(all_images(jets), all_images(phi_mirrored)));
}

TEST(PixelatePhysics, WithoutFlipsAMirroredJetGivesTheMirroredImage)
{
    const auto jets = toy::collection(toy::jets(100));
    const auto mirrored = changed(jets, [](float* p) { p[3] = -p[3]; });
    PixelateOptions options;
    options.rotate = options.flip = false;
    EXPECT_TRUE(at::equal(all_images(mirrored, options), all_images(jets, options).flip({2})));
}

/// Turned about the centroid in the (eta, phi) plane; float32 momenta move by 1e-7, so that jets
/// with a decision within 1e-5 of a tie are left out, and counted.
TEST(PixelatePhysics, ARotatedJetGivesTheSameImage)
{
    const auto before = toy::jets(400);
    int64_t left_out = 0;
    for (const double angle : {0.3, 1.0, kPi / 2, 2.5}) {
        auto after = before;
        for (auto& jet : after) {
            double sum = 0, eta = 0, phi = 0;
            const double middle = jet.front().phi;
            for (auto& p : jet) {
                p.phi = toy::wrapped(p.phi - middle);
                sum += p.pt, eta += p.pt * p.eta, phi += p.pt * p.phi;
            }
            for (auto& p : jet) {
                const double e = p.eta - eta / sum, d = p.phi - phi / sum;
                p.eta = std::cos(angle) * e - std::sin(angle) * d;
                p.phi = std::sin(angle) * e + std::cos(angle) * d;
            }
        }
        const auto jets = toy::collection(before);
        const auto one = all_images(jets), other = all_images(after);
        for (int64_t row = 0; row < 400; ++row) {
            const auto reference = test::reference_image(jets, row, {});
            const bool close =
                reference.edge < 1e-5 || reference.axis < 0.003 || reference.flip < 1e-4;
            if (close)
                ++left_out;
            else
                EXPECT_TRUE(at::allclose(one[row], other[row], 0, 2e-6)) << row << " " << angle;
        }
    }
    EXPECT_LT(left_out, 600);  // of 1600
}

TEST(PixelatePhysics, TheOrderOfConstituentsDoesNotMatter)
{
    auto jets = toy::jets(500);
    const auto images = all_images(jets);
    for (auto& jet : jets) std::reverse(jet.begin(), jet.end());
    EXPECT_TRUE(at::equal(images, all_images(jets)));
}

TEST(PixelatePhysics, TheJetIsWidestAlongTheFirstAxisAndHardestInItsUpperHalves)
{
    PixelateOptions options;
    options.height = options.width = 200;
    options.eta_width = options.phi_width = 8.0;
    const auto images = all_images(toy::jets(300), options).to(at::kDouble).squeeze(1);
    const auto at_pixel = at::arange(200, at::kDouble).sub(99.5);
    const auto along = images.sum(2), across = images.sum(1);
    const auto variance = [&](const at::Tensor& p) { return p.mul(at_pixel.square()).sum(1); };
    EXPECT_TRUE(variance(along).ge(variance(across).mul(0.98)).all().item<bool>());
    for (const auto& side : {along, across}) {
        const auto upper = side.narrow(1, 100, 100).sum(1), lower = side.narrow(1, 0, 100).sum(1);
        EXPECT_TRUE(upper.ge(lower.sub(1e-6)).all().item<bool>());
    }
}

TEST(PixelatePhysics, AllPtInsideTheWindowIsKept)
{
    const auto jets = toy::jets(200);
    PixelateOptions options;
    options.eta_width = options.phi_width = 20.0;
    const auto shares = all_images(jets, options).sum({1, 2, 3}, false, at::kDouble);
    EXPECT_LT(shares.sub(1.0).abs().max().item<double>(), 1e-6);
    options.normalise = false;
    options.channels = {PixelChannel::count, PixelChannel::pt};
    const auto sums = all_images(jets, options).sum({2, 3}, false, at::kDouble);
    for (size_t i = 0; i < jets.size(); ++i) {
        double pt = 0;
        for (const auto& p : jets[i]) pt += p.pt;
        EXPECT_EQ(sums[int64_t(i)][0].item<double>(), double(jets[i].size()));
        EXPECT_NEAR(sums[int64_t(i)][1].item<double>(), pt, 1e-6 * pt);
    }
}

TEST(PixelatePhysics, WhatLiesOutsideTheWindowIsDroppedButCountsForTheSum)
{
    PixelateOptions options;
    options.centre = kernels::JetCentre::hardest;
    options.rotate = options.flip = false;
    const auto image = all_images({{{30, 0, 0}, {10, 2, 0}, {10, 0, 1.7}}}, options);
    EXPECT_FLOAT_EQ(image[0][0][18][18].item<float>(), 0.6f);
    EXPECT_FLOAT_EQ(image.sum().item<float>(), 0.6f);
}

TEST(PixelatePhysics, AJetWithoutConstituentsIsDark)
{
    const auto images = all_images({{}, {{10, 0.1, 0.2}}, {}});
    EXPECT_EQ(images[0].abs().max().item<float>(), 0.0f);
    EXPECT_EQ(images[1].sum().item<float>(), 1.0f);
    EXPECT_EQ(images[2].abs().max().item<float>(), 0.0f);
}

TEST(PixelatePhysics, OneConstituentLiesInTheCentralPixel)
{
    PixelateOptions options;
    EXPECT_EQ(all_images({{{500, 1.3, -2.9}}}, options)[0][0][18][18].item<float>(), 1.0f);
    options.height = options.width = 40;  // even: zero is the lower edge of pixel 20
    EXPECT_EQ(all_images({{{500, 1.3, -2.9}}}, options)[0][0][20][20].item<float>(), 1.0f);
}

TEST(PixelatePhysics, PixelsOwnTheirLowerEdges)
{
    PixelateOptions options;
    options.centre = kernels::JetCentre::none;
    options.rotate = options.flip = options.normalise = false;
    options.height = options.width = 4;
    options.eta_width = options.phi_width = 4;
    // Straight along x: eta = phi = 0 exactly, the edge between pixels 1 and 2.
    EXPECT_EQ(all_images({{{7, 0, 0}}}, options)[0][0][2][2].item<float>(), 7.0f);
}

TEST(PixelatePhysics, ConstituentsThatAreNoMomentaCountAsAbsent)
{
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const float infinite = std::numeric_limits<float>::infinity();
    const float odd[][4] = {{nan, 1, 2, 3},       {10, nan, 2, 3},     {10, 1, nan, 3},
                            {10, 1, 2, nan},      {infinite, 1, 2, 3}, {10, -infinite, 2, 3},
                            {10, 1, 2, infinite}, {-10, 1, 2, 3},      {10, 0, 0, 10}};
    const auto jets = toy::jets(40);
    auto more = jets;
    for (auto& jet : more) jet.insert(jet.begin() + 3, std::size(odd), {1, 0, 0});
    auto with_odd = toy::collection(more);
    const auto* offsets = with_odd.offsets_B1.const_data_ptr<int64_t>();
    for (int64_t row = 0; row < 40; ++row)
        std::copy_n(&odd[0][0], 4 * std::size(odd),
                    with_odd.momenta_T4.mutable_data_ptr<float>() + 4 * (offsets[row] + 3));
    PixelateOptions options;
    options.channels = {PixelChannel::pt, PixelChannel::count, PixelChannel::energy};
    EXPECT_TRUE(at::allclose(all_images(jets, options), all_images(with_odd, options), 0, 1e-6));
}

TEST(PixelatePhysics, TheLargestAndTheSmallestFloatsKeepTheirShares)
{
    const auto jets = toy::collection({{{100, 0.1, 0.1}, {60, 0.4, 0.3}, {20, 0.1, -0.3}}});
    for (const float scale : {1e36f, 1e19f, 1e17f, 1e-17f, 1e-36f}) {
        const auto scaled = changed(jets, [&](float* p) {
            for (int i = 0; i < 4; ++i) p[i] *= scale;
        });
        EXPECT_TRUE(at::allclose(all_images(jets), all_images(scaled), 0, 1e-6)) << scale;
    }
}

TEST(PixelatePhysics, JetsOfAnySizeAgreeWithTheFormulas)
{
    std::vector<toy::Jet> jets;
    for (int n = 1; n <= 40; ++n) jets.push_back(toy::jet(uint64_t(n), 3, n));
    for (const int n : {127, 128, 129, 300, 5000}) jets.push_back(toy::jet(uint64_t(n), 3, n));
    const auto collection = toy::collection(jets);
    const auto found =
        test::compare(all_images(collection), collection, test::all_rows(collection), {}, 1e-9);
    EXPECT_LT(found.worst, 1e-6);
    EXPECT_LE(found.excused, 2);  // jets of one or two constituents have no second axis
}

}  // namespace
}  // namespace jetsmith
