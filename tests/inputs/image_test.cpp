// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "inputs/input.h"
#include "tests/support/fit_input.h"
#include "tests/support/user_error.h"
#include "tests/support/toy_jets.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Input> make_input(const std::string& yaml)
{
    Config config(parse_yaml("type: image\n" + yaml, "run.yaml"), "inputs", "a test");
    return Registry<Input>::make(config);
}

EventStore store_with(const at::Tensor& images)
{
    auto store = toy::store(std::vector<toy::Jet>(static_cast<size_t>(images.size(0))));
    store.dense["images"] = images;
    return store;
}

at::Tensor made(const Input& input, const EventStore& store, at::ScalarType dtype = at::kFloat)
{
    return input.make(store, at::arange(store.rows, at::kLong), std::nullopt, dtype).images_BCHW;
}

TEST(Image, GreyImagesBecomeOneChannelInChannelsLastMemory)
{
    const auto images = at::rand({5, 6, 7}, at::kDouble);
    const auto store = store_with(images);
    const auto input = make_input("");
    const auto out = made(*input, store);
    EXPECT_TRUE(at::equal(out.squeeze(1), images.to(at::kFloat)));
    EXPECT_EQ(out.strides(), at::IntArrayRef({42, 1, 7, 1}));
    const auto shape = input->shape(store);
    EXPECT_EQ(std::tie(shape.channels, shape.height, shape.width), std::make_tuple(1, 6, 7));
    EXPECT_TRUE(at::equal(made(*input, store, at::kBFloat16).squeeze(1), images.to(at::kBFloat16)));
}

TEST(Image, LayoutSaysWhereTheChannelsAre)
{
    const auto images = at::rand({5, 3, 6, 7});
    EXPECT_TRUE(at::equal(made(*make_input(""), store_with(images)), images));
    const auto hwc = store_with(images.permute({0, 2, 3, 1}).contiguous());
    const auto input = make_input("layout: hwc");
    EXPECT_TRUE(at::equal(made(*input, hwc), images));
    EXPECT_EQ(input->shape(hwc).channels, 3);
    EXPECT_EQ(made(*input, hwc).strides(), at::IntArrayRef({126, 1, 21, 3}));
}

TEST(Image, NormalisationAndTransformActInThisOrderAndADarkImageStaysDark)
{
    auto images = at::rand({4, 6, 6});
    images[2].zero_();
    const auto out = made(*make_input("normalise: true\ntransform: sqrt"), store_with(images));
    auto wanted = images.div(images.sum({1, 2}, true)).sqrt();
    wanted[2].zero_();
    EXPECT_LT(out.squeeze(1).sub(wanted).abs().max().item<double>(), 1e-6);
    const auto logs = made(*make_input("transform: log\nlog_scale: 0.5"), store_with(images));
    EXPECT_LT(logs.squeeze(1).sub(images.div(0.5).log1p()).abs().max().item<double>(), 1e-6);
}

TEST(Image, AFittedStateStandardisesAndSurvivesLoading)
{
    const auto store = store_with(at::rand({200, 2, 5, 6}));
    const auto one = make_input("standardise: {by: std, bias: 0.001}");
    const auto other = make_input("standardise: {by: std, bias: 0.001}");
    test::fit(*one, store);
    other->load_state(one->state());
    const auto out = made(*one, store).to(at::kDouble);
    EXPECT_TRUE(at::equal(made(*other, store), made(*one, store)));
    EXPECT_LT(out.mean(at::IntArrayRef{0}).abs().max().item<double>(), 1e-5);
    const auto variance = out.square().mean(at::IntArrayRef{0});
    EXPECT_LT(variance.sub(1.0).abs().max().item<double>(), 0.02);  // the bias of 0.001 / 0.29
}

TEST(Image, AMissingOrAnAmbiguousColumnIsExplained)
{
    auto store = store_with(at::zeros({3, 4, 4}));
    EXPECT_THAT(test::user_error([&] { made(*make_input("column: image"), store); }),
                HasSubstr("Did you mean 'images'?"));
    store.dense["features"] = at::zeros({3, 9});
    EXPECT_THAT(test::user_error([&] { made(*make_input(""), store); }),
                HasSubstr("features, images"));
    EXPECT_THAT(test::user_error([&] { made(*make_input("column: features"), store); }),
                HasSubstr("2 axes"));
    store.dense.clear();
    EXPECT_THAT(test::user_error([&] { made(*make_input(""), store); }),
                HasSubstr("no dense column"));
}

}  // namespace
}  // namespace jetsmith
