// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/conv2d.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/model.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

std::unique_ptr<Model> make(const std::string& yaml, int64_t channels, int64_t pixels)
{
    Config config(parse_yaml("type: autoencoder_conv\n" + yaml, "test.yaml"), "model", "a test");
    return Registry<Model>::make(
        config,
        BatchShape{
            .channels = channels, .height = pixels, .width = pixels, .features = 0, .classes = 2});
}

TEST(AutoencoderConv, HasThePublishedNumberOfParameters)
{
    EXPECT_EQ(trainable_parameters(*make("", 1, 40)), 1'425'223);
    EXPECT_EQ(trainable_parameters(*make("", 1, 37)), 1'425'223) << "37 pixels are padded to 40";
    EXPECT_EQ(trainable_parameters(*make("latent: 7", 1, 40)), 1'425'223 + 65);
}

/// The same layers in double, from their names alone; the upsampling copies pixels one by one.
TEST(AutoencoderConv, FollowsItsLayers)
{
    const auto model = make("channels: 3\ndense: 5\nlatent: 2\noutput: linear", 2, 11);
    Batch batch;
    batch.images_BCHW = at::randn({4, 2, 11, 11});
    const auto named = model->named_parameters();
    const auto value = [&](const std::string& name) { return named[name].to(at::kDouble); };
    const auto conv = [&](const at::Tensor& x, const std::string& name) {
        return at::conv2d(x, value(name + ".weight"), value(name + ".bias"), 1, 1);
    };
    const auto linear = [&](const at::Tensor& x, const std::string& name) {
        return x.matmul(value(name + ".weight").t()) + value(name + ".bias");
    };
    at::Tensor x = at::zeros({4, 2, 12, 12}, at::kDouble);
    x.narrow(2, 0, 11).narrow(3, 0, 11).copy_(batch.images_BCHW);
    x = at::max_pool2d(conv(x, "encoder0").relu(), 2);
    x = at::max_pool2d(conv(x, "encoder1").relu(), 2);
    x = conv(x, "encoder2").relu();
    const auto latent =
        linear(linear(x.permute({0, 2, 3, 1}).reshape({4, -1}), "dense_in").relu(), "latent");
    x = linear(linear(latent, "dense_out").relu(), "spread").relu().view({4, 3, 3, 3});
    x = x.permute({0, 3, 1, 2});
    for (const char* name : {"decoder0", "decoder1"}) {
        const auto small = conv(x, name).relu();
        x = at::zeros({4, 3, 2 * small.size(2), 2 * small.size(3)}, at::kDouble);
        for (int64_t r = 0; r < x.size(2); ++r)
            for (int64_t c = 0; c < x.size(3); ++c)
                x.select(2, r).select(2, c).copy_(small.select(2, r / 2).select(2, c / 2));
    }
    x = conv(x, "last").narrow(2, 0, 11).narrow(3, 0, 11);
    const Prediction prediction = model->forward(batch);
    EXPECT_LE((prediction.latent_BL - latent).abs().max().item<double>(), 1e-5);
    ASSERT_EQ(prediction.reconstruction.sizes(), batch.images_BCHW.sizes());
    EXPECT_LE((prediction.reconstruction - x).abs().max().item<double>(), 1e-5);
}

TEST(AutoencoderConv, TheSoftmaxOfThePaperSumsToOneOverTheImage)
{
    Batch batch;
    batch.images_BCHW = at::randn({3, 1, 12, 12});
    const auto sums = make("", 1, 12)->forward(batch).reconstruction.sum({1, 2, 3});
    EXPECT_LE((sums - 1).abs().max().item<double>(), 1e-6);
}

TEST(AutoencoderConv, InputsWithoutImagesAreRefused)
{
    EXPECT_THAT(test::user_error([] { make("", 0, 0); }),
                testing::HasSubstr("autoencoder_conv reconstructs images"));
}

}  // namespace
}  // namespace jetsmith
