// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/model.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

std::unique_ptr<Model> make(const std::string& yaml, const BatchShape& shape)
{
    Config config(parse_yaml("type: autoencoder_dense\n" + yaml, "test.yaml"), "model", "a test");
    return Registry<Model>::make(config, shape);
}

BatchShape image(int64_t channels, int64_t pixels)
{
    return {.channels = channels, .height = pixels, .width = pixels, .features = 0, .classes = 2};
}

// 1369-32-6-32-1369 with biases: 1369 x 32 + 32 + 32 x 6 + 6 + 6 x 32 + 32 + 32 x 1369 + 1369.
TEST(AutoencoderDense, TheDefaultHas89439Parameters)
{
    EXPECT_EQ(trainable_parameters(*make("", image(1, 37))), 89'439);
}

/// The same network in double precision, layer by layer, on a two-channel image whose pixels come
/// back where they were.
TEST(AutoencoderDense, FollowsItsLayersAndPutsPixelsBack)
{
    const auto model = make("widths: [7]\nlatent: 3", image(2, 4));
    Batch batch;
    batch.images_BCHW = at::randn({5, 2, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast);
    const auto named = model->named_parameters();
    const auto layer = [&](const at::Tensor& x, const std::string& name) {
        return x.matmul(named[name + ".weight"].to(at::kDouble).t()) +
               named[name + ".bias"].to(at::kDouble);
    };
    at::Tensor x = at::randn({5, 32}, at::kDouble);  // row, column, channel
    for (int64_t b = 0; b < 5; ++b)
        for (int64_t i = 0; i < 32; ++i)
            x[b][i] = batch.images_BCHW[b][i % 2][i / 8][i / 2 % 4].to(at::kDouble);
    const auto latent = layer(layer(x, "encoder0").clamp_min(0), "encoder1");
    const auto y = layer(layer(latent, "decoder0").clamp_min(0), "decoder1");
    const Prediction prediction = model->forward(batch);
    EXPECT_LE((prediction.latent_BL - latent).abs().max().item<double>(), 1e-5);
    ASSERT_EQ(prediction.reconstruction.sizes(), batch.images_BCHW.sizes());
    for (int64_t b = 0; b < 5; ++b)
        for (int64_t i = 0; i < 32; ++i)
            EXPECT_NEAR(prediction.reconstruction[b][i % 2][i / 8][i / 2 % 4].item<double>(),
                        y[b][i].item<double>(), 1e-5);
}

TEST(AutoencoderDense, ReconstructsFeaturesToo)
{
    const auto model = make("", {.features = 11, .classes = 2});
    Batch batch;
    batch.features_BF = at::randn({3, 11});
    EXPECT_EQ(model->forward(batch).reconstruction.sizes(), batch.features_BF.sizes());
}

TEST(AutoencoderDense, ASoftmaxOutputSumsToOneOverTheImage)
{
    const auto model = make("output: softmax", image(1, 6));
    Batch batch;
    batch.images_BCHW = at::randn({4, 1, 6, 6});
    const auto sums = model->forward(batch).reconstruction.sum({1, 2, 3});
    EXPECT_LE((sums - 1).abs().max().item<double>(), 1e-6);
}

TEST(AutoencoderDense, InputsThatMakeNoVectorAreRefused)
{
    EXPECT_THAT(test::user_error([] { make("", {.classes = 2}); }),
                testing::HasSubstr("reconstructs images or one row of features"));
}

}  // namespace
}  // namespace jetsmith
