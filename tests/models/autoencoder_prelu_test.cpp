// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "models/model.h"
#include "tests/support/golden.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

std::unique_ptr<Model> make(const std::string& yaml, int64_t channels, int64_t pixels)
{
    Config config(parse_yaml("type: autoencoder_prelu\n" + yaml, "test.yaml"), "model", "a test");
    return Registry<Model>::make(
        config,
        BatchShape{
            .channels = channels, .height = pixels, .width = pixels, .features = 0, .classes = 2});
}

/// The formula of the golden file: element i of parameter k, smaller for biases and slopes.
void fill(Model& model)
{
    const at::NoGradGuard no_grad;
    double k = 0;
    for (auto& item : model.named_parameters()) {
        const auto i = at::arange(item.value().numel(), at::kDouble);
        const double size = item.key().ends_with(".weight") ? 0.3 : 0.15;
        item.value().copy_(
            i.mul(1.7).add(0.9 * k++ + 0.5).sin().mul(size).view(item.value().sizes()));
    }
}

at::Tensor tensor_of(const nlohmann::json& numbers, const at::Tensor& like)
{
    const auto values = numbers.get<std::vector<double>>();
    return at::tensor(at::ArrayRef<double>(values), at::kDouble).view(like.sizes());
}

class Slopes : public testing::TestWithParam<const char*> {
  protected:
    nlohmann::json golden = test::golden("autoencoder_prelu.json");
};

TEST_P(Slopes, GiveThePublishedNumberOfParameters)
{
    const auto count = trainable_parameters(*make(std::string("slopes: ") + GetParam(), 1, 40));
    const std::map<std::string, int64_t> published{
        {"pixel", 960'130}, {"channel", 892'195}, {"layer", 891'112}, {"none", 891'098}};
    EXPECT_EQ(count, published.at(GetParam()));
    EXPECT_EQ(count, golden.at("parameters").at(GetParam()).get<int64_t>()) << "PyTorch's count";
}

TEST_P(Slopes, ReconstructAsTheSameNetworkInPyTorchDoes)
{
    const auto model = make(
        "maps: 4\nnarrow_maps: 3\ndense: [12, 7]\nlatent: 5\nslopes: " + std::string(GetParam()), 2,
        8);
    fill(*model);
    Batch batch;
    batch.images_BCHW = at::arange(2 * 2 * 8 * 8, at::kDouble)
                            .mul(0.37)
                            .sin()
                            .to(at::kFloat)
                            .view({2, 2, 8, 8})
                            .contiguous(at::MemoryFormat::ChannelsLast);
    const Prediction prediction = model->forward(batch);
    ASSERT_EQ(prediction.reconstruction.sizes(), batch.images_BCHW.sizes());
    ASSERT_EQ(prediction.latent_BL.sizes(), (std::vector<int64_t>{2, 5}));
    const auto& wanted = golden.at("small").at(GetParam());
    const auto distance = [](const at::Tensor& a, const at::Tensor& b) {
        return (a - b).abs().max().item<double>();
    };
    EXPECT_LE(distance(prediction.latent_BL, tensor_of(wanted.at("latent"), prediction.latent_BL)),
              1e-5);
    EXPECT_LE(distance(prediction.reconstruction,
                       tensor_of(wanted.at("reconstruction"), prediction.reconstruction)),
              1e-5);
}

INSTANTIATE_TEST_SUITE_P(AutoencoderPrelu, Slopes,
                         testing::Values("none", "layer", "channel", "pixel"),
                         [](const auto& info) { return std::string(info.param); });

TEST(AutoencoderPrelu, SlopesBeginAtZero)
{
    int found = 0;
    for (const auto& item : make("", 1, 8)->named_parameters()) {
        if (!item.key().ends_with("slopes")) continue;
        ++found;
        EXPECT_EQ(item.value().abs().max().item<float>(), 0) << item.key();
    }
    EXPECT_EQ(found, 14) << "every layer but the last";
}

TEST(AutoencoderPrelu, InputsWithoutImagesAreRefused)
{
    EXPECT_THAT(test::user_error([] { make("", 0, 0); }),
                testing::HasSubstr("autoencoder_prelu reconstructs images"));
}

TEST(AutoencoderPrelu, AnOddNumberOfPixelsIsRefused)
{
    EXPECT_THAT(test::user_error([] { make("", 1, 37); }),
                testing::HasSubstr("37 x 37 pixels seen; even numbers wanted"));
}

}  // namespace
}  // namespace jetsmith
