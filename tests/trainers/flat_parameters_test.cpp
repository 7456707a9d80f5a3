// SPDX-License-Identifier: Apache-2.0
#include "trainers/flat_parameters.h"

#include <ATen/Functions.h>
#include <gtest/gtest.h>

#include "tests/support/toy_training.h"

namespace jetsmith {
namespace {

struct Fixture {
    RunConfig config{parse_yaml("model: {type: cnn, layers: [{channels: 4, kernel: 3}, {channels: 3, "
                                "kernel: 2, pool: 2}], dense: [5]}\ndata: {type: x}\n",
                                "test.yaml")};
    test::ToyInput input;
    EventStore store = test::toy_images(16, 1);
    std::unique_ptr<Model> model = config.make_model(input.shape(store));

    at::Tensor loss()
    {
        const auto rows = at::arange(16, at::kLong);
        const auto logits =
            model->forward(input.make(store, rows, std::nullopt, at::kFloat)).logits_BC;
        return logits.square().sum();
    }
};

TEST(FlatParameters, ViewsKeepValuesAndConvolutionWeightsAreChannelsLast)
{
    Fixture f;
    std::map<std::string, at::Tensor> before;
    int64_t count = 0;
    for (const auto& item : f.model->named_parameters()) {
        before[item.key()] = item.value().detach().clone();
        count += item.value().numel();
    }
    const FlatParameters flat(*f.model);
    EXPECT_EQ(flat.size(), count);
    for (const auto& item : f.model->named_parameters()) {
        EXPECT_TRUE(item.value().equal(before.at(item.key()))) << item.key();
        if (item.value().dim() == 4) {
            EXPECT_EQ(item.value().stride(1), 1) << item.key();
        }
    }
}

TEST(FlatParameters, GradientsLandInTheBufferAndEqualThoseOfTheLooseParameters)
{
    Fixture loose, packed;  // same seed: same parameters
    const FlatParameters flat(*packed.model);
    loose.model->eval();
    packed.model->eval();
    loose.loss().backward();
    packed.loss().backward();
    const auto ours = packed.model->named_parameters();
    for (const auto& item : loose.model->named_parameters())
        EXPECT_TRUE(at::allclose(ours[item.key()].grad(), item.value().grad(), 1e-5, 1e-6))
            << item.key();
    EXPECT_GT(flat.gradients().abs().sum().item<float>(), 0);
}

TEST(FlatParameters, AStepOnTheBufferMovesTheModel)
{
    Fixture f;
    const FlatParameters flat(*f.model);
    const at::NoGradGuard no_grad;
    flat.values().zero_();
    EXPECT_EQ(f.loss().item<float>(), 0.0F);
}

}  // namespace
}  // namespace jetsmith
