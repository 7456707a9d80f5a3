// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/linalg_svd.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/model.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

std::unique_ptr<Model> make(const std::string& yaml, const BatchShape& shape)
{
    Config config(parse_yaml("type: autoencoder_pca\n" + yaml, "test.yaml"), "model", "a test");
    return Registry<Model>::make(config, shape);
}

BatchShape image(int64_t channels, int64_t pixels)
{
    return {.channels = channels, .height = pixels, .width = pixels, .features = 0, .classes = 2};
}

Batch images_of(const at::Tensor& images_BCHW, const at::Tensor& weights_B)
{
    Batch batch;
    batch.images_BCHW = images_BCHW.contiguous(at::MemoryFormat::ChannelsLast);
    batch.weights_B = weights_B;
    return batch;
}

/// Images whose pixels share a few directions and sit far from zero.
at::Tensor correlated_images(int64_t count)
{
    const auto directions = at::randn({9, 2 * 5 * 5});
    const auto sizes = at::randn({count, 9});
    return (sizes.matmul(directions) + at::randn({count, 50}) * 0.1 + 30).view({count, 2, 5, 5});
}

/// The rank-4 part of the centred matrix by a full singular value decomposition in double.
at::Tensor svd_reconstruction(const at::Tensor& images_BCHW, const at::Tensor& weights_B)
{
    const auto x = images_BCHW.flatten(1).to(at::kDouble);
    const auto w = weights_B.to(at::kDouble).unsqueeze(1);
    const auto mean = (x * w).sum(0) / w.sum();
    const auto centred = x - mean;
    const auto right = std::get<2>(at::linalg_svd(centred * w.sqrt(), /*full_matrices=*/false));
    const auto axes = right.narrow(0, 0, 4);
    return (centred.matmul(axes.t()).matmul(axes) + mean).view(images_BCHW.sizes());
}

TEST(AutoencoderPca, EqualsAFullSingularValueDecompositionWhateverTheBatches)
{
    const auto images = correlated_images(300);
    for (const auto& weights : {at::ones({300}), at::rand({300}).add(0.1)}) {
        const auto expected = svd_reconstruction(images, weights);
        for (const int64_t batch_size : {300, 7}) {
            const auto model = make("latent: 4", image(2, 5));
            for (int64_t i = 0; i < 300; i += batch_size) {
                const int64_t rows = std::min<int64_t>(batch_size, 300 - i);
                model->closed_form()->add(
                    images_of(images.narrow(0, i, rows), weights.narrow(0, i, rows)));
            }
            model->closed_form()->solve();
            const auto out = model->forward(images_of(images, weights));
            EXPECT_EQ(out.latent_BL.sizes(), (std::vector<int64_t>{300, 4}));
            EXPECT_LE((out.reconstruction - expected).abs().max().item<double>(), 1e-5);
        }
    }
}

TEST(AutoencoderPca, TheFirstLatentDimensionVariesMostAndHasASignOfItsOwn)
{
    const auto images = correlated_images(200);
    const auto batch = images_of(images, at::ones({200}));
    const auto model = make("latent: 3", image(2, 5));
    model->closed_form()->add(batch);
    model->closed_form()->solve();
    const auto spread = model->forward(batch).latent_BL.std(0);
    EXPECT_GT(spread[0].item<float>(), spread[1].item<float>());
    EXPECT_GT(spread[1].item<float>(), spread[2].item<float>());
    for (const auto& item : model->named_buffers())
        if (item.key() == "components")
            EXPECT_TRUE(item.value().amax(1).ge(item.value().abs().amax(1)).all().item<bool>());
}

TEST(AutoencoderPca, WhatItCannotSolveIsRefused)
{
    EXPECT_THAT(test::user_error([] { make("", image(0, 0)); }),
                testing::HasSubstr("autoencoder_pca reconstructs images"));
    EXPECT_THAT(test::user_error([] { make("latent: 30", image(1, 5)); }),
                testing::HasSubstr("30 dimensions for 25 pixels"));
    EXPECT_THAT(test::user_error([] { make("", image(1, 100)); }),
                testing::HasSubstr("10000 of them; at most 8192"));
    const auto model = make("", image(1, 3));
    EXPECT_THAT(test::user_error([&] { model->closed_form()->solve(); }),
                testing::HasSubstr("needs training rows of positive weight"));
}

}  // namespace
}  // namespace jetsmith
