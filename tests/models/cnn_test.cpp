// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/randn.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/model.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

std::unique_ptr<Model> make_cnn(const std::string& yaml, const BatchShape& shape)
{
    Config config(parse_yaml("type: cnn\n" + yaml, "cnn.yaml"), "model", "a test");
    return Registry<Model>::make(config, shape);
}

BatchShape image(int64_t channels, int64_t pixels)
{
    return {.channels = channels, .height = pixels, .width = pixels, .features = 0, .classes = 2};
}

// Counts: docs of 1803.00107 and 1902.09914 ("610k"); layer sums worked out by hand as
// C(i, o, k) = i o k k + o and L(i, o) = i o + o.
TEST(Cnn, ThePublishedNetworkHas609666Parameters)
{
    EXPECT_EQ(trainable_parameters(*make_cnn("", image(1, 37))), 609'666);
}

TEST(Cnn, FourColoursHave615810)
{
    EXPECT_EQ(trainable_parameters(*make_cnn("", image(4, 37))), 615'810);
}

TEST(Cnn, FortyPixelsWithTwoValidConvolutionsAreThePublishedNetworkToo)
{
    const auto model = make_cnn("layers:\n"
                                "  - {channels: 128, kernel: 4, padding: valid}\n"
                                "  - {channels: 64, kernel: 4, padding: valid, pool: 2}\n"
                                "  - {channels: 64, kernel: 4}\n"
                                "  - {channels: 64, kernel: 4, pool: 2}\n",
                                image(1, 40));
    EXPECT_EQ(trainable_parameters(*model), 609'666);
}

TEST(Cnn, TheOlder2017NetworkHas263842)
{
    const auto model = make_cnn("layers:\n"
                                "  - {channels: 32, kernel: 4, padding: valid, pool: 2}\n"
                                "  - {channels: 64, kernel: 4, padding: valid, pool: 2}\n"
                                "  - {channels: 64, kernel: 2, padding: valid, pool: 2}\n"
                                "dense: [256, 256]\n",
                                image(1, 37));
    EXPECT_EQ(trainable_parameters(*model), 263'842);
}

/// One convolution with even kernel and same padding, written out in double from the definition.
TEST(Cnn, SamePaddingOfAnEvenKernelLeansTowardsLowerPixels)
{
    const auto model = make_cnn("layers: [{channels: 2, kernel: 4}]\ndense: []\ndropout: 0\n",
                                image(1, 5));
    model->eval();
    Batch batch;
    batch.images_BCHW = at::randn({1, 1, 5, 5});
    const auto named = model->named_parameters();
    const auto x = batch.images_BCHW.to(at::kDouble);
    const auto w = named["conv0.weight"].to(at::kDouble), b = named["conv0.bias"].to(at::kDouble);
    at::Tensor features = at::zeros({50}, at::kDouble);  // row, column, channel
    for (int64_t r = 0; r < 5; ++r)
        for (int64_t c = 0; c < 5; ++c)
            for (int64_t o = 0; o < 2; ++o) {
                double sum = b[o].item<double>();
                for (int64_t i = 0; i < 4; ++i)
                    for (int64_t j = 0; j < 4; ++j) {
                        const int64_t y = r + i - 1, z = c + j - 1;  // one zero before, two behind
                        if (y < 0 || z < 0 || y > 4 || z > 4) continue;
                        sum += w[o][0][i][j].item<double>() * x[0][0][y][z].item<double>();
                    }
                features[(r * 5 + c) * 2 + o] = std::max(0.0, sum);
            }
    const auto expected = named["output.weight"].to(at::kDouble).mv(features) +
                          named["output.bias"].to(at::kDouble);
    const auto logits = model->forward(batch).logits_BC[0].to(at::kDouble);
    EXPECT_LE((logits - expected).abs().max().item<double>(), 1e-5);
}

TEST(Cnn, ImagesThatAreTooSmallNameTheLayer)
{
    const auto error = test::user_error([] {
        make_cnn("layers:\n  - {channels: 4, kernel: 3, pool: 4}\n"
                 "  - {channels: 4, kernel: 5, padding: valid}\n",
                 image(1, 12));
    });
    EXPECT_THAT(error, testing::HasSubstr("model.layers[1].kernel: the image is 3 x 3 here"));
}

}  // namespace
}  // namespace jetsmith
