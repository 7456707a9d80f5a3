// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/std.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/parallel.h"
#include "inputs/input.h"
#include "inputs/standardise.h"
#include "kernels/pixelate/pixelate.h"
#include "tests/support/fit_input.h"
#include "tests/support/user_error.h"
#include "tests/support/toy_jets.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Input> make_input(const std::string& yaml)
{
    Config config(parse_yaml("type: jet_image\n" + yaml, "run.yaml"), "inputs", "a test");
    return Registry<Input>::make(config);
}

at::Tensor first_rows(int64_t count) { return at::arange(count, at::kLong); }

TEST(JetImage, DefaultsAreThePublishedPreprocessing)
{
    const auto store = toy::store(toy::jets(20));
    const auto input = make_input("");
    const auto shape = input->shape(store);
    EXPECT_EQ(std::tie(shape.channels, shape.height, shape.width), std::make_tuple(1, 37, 37));
    const auto batch = input->make(store, first_rows(20), std::nullopt, at::kFloat);
    const auto& jets = store.constituents();
    EXPECT_TRUE(at::equal(batch.images_BCHW,
                          kernels::pixelate(jets.momenta_T4, jets.offsets_B1, first_rows(20), {})));
}

TEST(JetImage, EveryKeyReachesTheKernel)
{
    const auto store = toy::store(toy::jets(20));
    const auto input = make_input(
        "pixels: [12, 20]\nwidth: [1.0, 2]\nchannels: [count, energy]\n"
        "centre: jet_axis\nrotate: false\nflip: false\n"
        "normalise: false\ntransform: log\nlog_scale: 2.5\n");
    kernels::PixelateOptions options;
    options.height = 12, options.width = 20, options.eta_width = 1, options.phi_width = 2;
    options.channels = {kernels::PixelChannel::count, kernels::PixelChannel::energy};
    options.centre = kernels::JetCentre::jet_axis;
    options.rotate = options.flip = options.normalise = false;
    options.transform = kernels::PixelTransform::log;
    options.log_scale = 2.5;
    const auto batch = input->make(store, first_rows(20), std::nullopt, at::kBFloat16);
    const auto& jets = store.constituents();
    EXPECT_TRUE(at::equal(batch.images_BCHW,
                          kernels::pixelate(jets.momenta_T4, jets.offsets_B1, first_rows(20),
                                            options, {}, at::kBFloat16)));
    const auto shape = input->shape(store);
    EXPECT_EQ(std::tie(shape.channels, shape.height, shape.width), std::make_tuple(2, 12, 20));
}

TEST(JetImage, ABatchCarriesLabelsWeightsAndPositions)
{
    auto store = toy::store(toy::jets(6));
    store.weights_B = at::arange(6, at::kDouble);
    const auto rows = first_rows(6).flip(0);
    const auto batch = make_input("")->make(store, rows, std::nullopt, at::kFloat);
    EXPECT_TRUE(at::equal(batch.labels_B, rows.remainder(2)));
    EXPECT_TRUE(at::equal(batch.weights_B, rows.to(at::kFloat)));
    EXPECT_TRUE(at::equal(batch.source_rows_B, rows));
    store.labels_B = store.weights_B = at::Tensor();
    const auto bare = make_input("")->make(store, rows, std::nullopt, at::kFloat);
    EXPECT_TRUE(bare.labels_B.eq(-1).all().item<bool>());
    EXPECT_TRUE(bare.weights_B.eq(1).all().item<bool>());
}

TEST(JetImage, RandomChangesFollowTheSourceRowThroughSubsetsAndEpochs)
{
    const auto store = toy::store(toy::jets(40));
    const auto input = make_input("augment: {flips: true, rotation: 0.3, shift: 0.05}");
    const auto make = [&](const EventStore& from, const at::Tensor& rows, uint32_t epoch) {
        return input->make(from, rows, Augment{7, epoch}, at::kFloat).images_BCHW;
    };
    const auto all = make(store, first_rows(40), 1);
    EXPECT_FALSE(at::equal(all, make(store, first_rows(40), 2)));
    const auto plain = input->make(store, first_rows(40), std::nullopt, at::kFloat).images_BCHW;
    EXPECT_FALSE(at::equal(all, plain));
    // Rows 30 ... 39 as a store of their own: other positions, same jets, same random numbers.
    const auto part = store.select(at::arange(30, 40, at::kLong));
    EXPECT_TRUE(at::equal(make(part, first_rows(10), 1), all.narrow(0, 30, 10)));
}

TEST(JetImage, StandardisationUsesMeanAndDeviationOfTheTrainingImages)
{
    const auto train = toy::store(toy::jets(500)), other = toy::store(toy::jets(30, /*seed=*/2));
    const auto input = make_input("transform: sqrt\nstandardise: {by: std, bias: 0.05}");
    test::fit(*input, train);
    const auto raw = make_input("transform: sqrt");
    const auto images =
        raw->make(train, first_rows(500), std::nullopt, at::kFloat).images_BCHW.to(at::kDouble);
    const auto mean = images.mean(at::IntArrayRef{0});
    const auto deviation = images.sub(mean).square().mean(at::IntArrayRef{0}).sqrt();
    const auto wanted = raw->make(other, first_rows(30), std::nullopt, at::kFloat)
                            .images_BCHW.sub(mean)
                            .div(deviation.add(0.05));
    const auto got = input->make(other, first_rows(30), std::nullopt, at::kFloat).images_BCHW;
    EXPECT_LT(got.sub(wanted).abs().max().item<double>(), 1e-5);
}

TEST(JetImage, AStateSurvivesSavingAndLoading)
{
    const auto store = toy::store(toy::jets(100));
    const std::string yaml = "channels: [pt, count]\npixels: 9\nstandardise: {by: std}";
    const auto one = make_input(yaml), other = make_input(yaml);
    EXPECT_TRUE(one->state().empty());
    test::fit(*one, store);
    EXPECT_EQ(one->state().size(), 2U);
    other->load_state(one->state());
    EXPECT_TRUE(
        at::equal(one->make(store, first_rows(100), std::nullopt, at::kFloat).images_BCHW,
                  other->make(store, first_rows(100), std::nullopt, at::kFloat).images_BCHW));
}

TEST(JetImage, AStateOfAnotherConfigIsRefused)
{
    const auto store = toy::store(toy::jets(10));
    const auto fitted = make_input("standardise: {by: std}");
    test::fit(*fitted, store);
    EXPECT_THAT(test::user_error([&] { make_input("")->load_state(fitted->state()); }),
                HasSubstr("the saved state does not fit"));
    EXPECT_THAT(test::user_error([&] { make_input("standardise: {by: std}")->load_state({}); }),
                HasSubstr("the saved state does not fit"));
    const auto smaller = make_input("pixels: 10\nstandardise: {by: std}");
    smaller->load_state(fitted->state());
    EXPECT_THAT(
        test::user_error([&] { smaller->make(store, first_rows(10), std::nullopt, at::kFloat); }),
        HasSubstr("37 x 37"));
}

TEST(JetImage, MistakesInTheConfigAreExplained)
{
    const auto error = [](const std::string& yaml) {
        return test::user_error([&] { make_input(yaml); });
    };
    EXPECT_THAT(error("pixels: 1"), HasSubstr("run.yaml:2: inputs.pixels: 1 is out of range"));
    EXPECT_THAT(error("pixels: [1, 2, 3]"), HasSubstr("pixels"));
    EXPECT_THAT(error("channels: [pt, pt]"), HasSubstr("once"));
    EXPECT_THAT(error("channels: [pd]"), HasSubstr("pt, count, energy"));
    EXPECT_THAT(error("centre: somewhere"), HasSubstr("pt_centroid"));
    EXPECT_THAT(error("standardise: {by: std, bais: 1}"), HasSubstr("Did you mean 'bias'?"));
    EXPECT_THAT(error("augment: {shift: -1}"), HasSubstr("inputs.augment.shift"));
    EXPECT_THAT(error("pixel: 37"), HasSubstr("Did you mean 'pixels'?"));
}

TEST(JetImage, ACollectionThatDoesNotExistIsNamed)
{
    const auto store = toy::store(toy::jets(2));
    const auto input = make_input("collection: constituent");
    EXPECT_THAT(
        test::user_error([&] { input->make(store, first_rows(2), std::nullopt, at::kFloat); }),
        HasSubstr("Did you mean 'constituents'?"));
}

/// 10,000 images cross the border between two blocks; the reference is a plain double sum.
TEST(PixelStatistics, AgreeWithPlainSumsOnAnyNumberOfThreads)
{
    const auto images = at::arange(10'000 * 2 * 3 * 4, at::kDouble)
                            .mul(0.7)
                            .sin()
                            .mul(1e-3)
                            .add(5.0)
                            .view({10'000, 2, 3, 4});
    auto rows = test::rows_of_weight(at::ones({10'000}, at::kDouble));
    const auto part = [&](const RowPiece& piece) { return images.index_select(0, piece.rows_B); };
    set_thread_count(1);
    const auto alone = inputs::pixel_statistics(rows, part);
    set_thread_count(4);
    const auto together = inputs::pixel_statistics(rows, part);
    set_thread_count(0);
    EXPECT_TRUE(at::equal(alone.mean_CHW, together.mean_CHW));
    EXPECT_TRUE(at::equal(alone.deviation_CHW, together.deviation_CHW));
    const auto seen = images.to(at::kFloat).to(at::kDouble);  // what a float32 image can hold
    EXPECT_LT(alone.mean_CHW.sub(seen.mean(at::IntArrayRef{0})).abs().max().item<double>(), 1e-12);
    EXPECT_LT(alone.deviation_CHW.sub(at::std(seen, at::IntArrayRef{0}, false))
                  .abs()
                  .max()
                  .item<double>(),
              1e-12);
}

}  // namespace
}  // namespace jetsmith
