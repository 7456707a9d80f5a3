// SPDX-License-Identifier: Apache-2.0
#include <ATen/Functions.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/model.h"
#include "tests/support/user_error.h"
#include "trainers/autocast.h"

namespace jetsmith {
namespace {

std::unique_ptr<Model> make_dnn(const std::string& yaml, int64_t features, int64_t classes)
{
    Config config(parse_yaml("type: dnn\n" + yaml, "run.yaml"), "model", "a test");
    return Registry<Model>::make(config, BatchShape{.features = features, .classes = classes});
}

Batch rows(int64_t count, int64_t features)
{
    Batch batch;
    batch.features_BF = at::randn({count, features});
    return batch;
}

/// Parameters of a layer: L(i, o) = (i + 1) o.
int64_t layer(int64_t in, int64_t out) { return (in + 1) * out; }

TEST(Dnn, ThreeLayersOf128)
{
    EXPECT_EQ(trainable_parameters(*make_dnn("", 20, 6)),
              layer(20, 128) + 2 * layer(128, 128) + layer(128, 6));
}

TEST(Dnn, FractionsOfInputsAndClassesAreWidths)
{
    // 10 inputs and 2 classes: 24, 24, 6.
    EXPECT_EQ(trainable_parameters(*make_dnn("fractions: [2.0, 2.0, 0.5]", 10, 2)),
              layer(10, 24) + layer(24, 24) + layer(24, 6) + layer(6, 2));
}

TEST(Dnn, BatchNormAddsAScaleAndAShiftPerUnit)
{
    EXPECT_EQ(trainable_parameters(*make_dnn("widths: [8]\nbatch_norm: true", 3, 2)),
              layer(3, 8) + 16 + layer(8, 2));
}

/// The network written out in double, for every activation, with a residual connection around the
/// second layer alone: the first changes the width.
TEST(Dnn, EqualsItsDefinitionInDouble)
{
    using Scalar = double (*)(double);
    const std::pair<const char*, Scalar> activations[] = {
        {"relu", [](double x) { return std::max(0.0, x); }},
        {"leaky_relu", [](double x) { return x > 0 ? x : 0.01 * x; }},
        {"elu", [](double x) { return x > 0 ? x : std::expm1(x); }},
        {"selu",
         [](double x) {
             return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
         }},
        {"gelu", [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); }},
        {"silu", [](double x) { return x / (1 + std::exp(-x)); }},
        {"tanh", [](double x) { return std::tanh(x); }},
        {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }}};
    at::manual_seed(3);
    for (const auto& [name, f] : activations) {
        const auto model = make_dnn(std::string("widths: [7, 7]\nresidual: true\nactivation: ") +
                                        name, 4, 3);
        const auto batch = rows(9, 4);
        const auto p = model->named_parameters();
        const auto linear = [&](const at::Tensor& x, const std::string& of) {
            return x.matmul(p[of + ".weight"].to(at::kDouble).t()) + p[of + ".bias"].to(at::kDouble);
        };
        const auto activate = [f = f](at::Tensor x) {
            x = x.contiguous();
            auto* value = x.mutable_data_ptr<double>();
            std::transform(value, value + x.numel(), value, f);
            return x;
        };
        const at::NoGradGuard no_grad;
        const auto first = activate(linear(batch.features_BF.to(at::kDouble), "hidden.dense0"));
        const auto second = activate(linear(first, "hidden.dense1")) + first;
        const auto expected = linear(second, "output");
        const auto logits = model->forward(batch).logits_BC.to(at::kDouble);
        EXPECT_LE((logits - expected).abs().max().item<double>(), 1e-5) << name;
    }
}

/// The way through one operation beside the one through LibTorch's, which a double input takes.
TEST(Dnn, OneOperationGivesWhatTheLayersGiveOneByOne)
{
    at::manual_seed(4);
    for (const char* yaml : {"", "widths: [9]", "widths: [300, 20]"}) {
        const auto model = make_dnn(yaml, 4, 3), exact = make_dnn(yaml, 4, 3);
        exact->to(at::kDouble);
        const auto from = model->parameters(), to = exact->parameters();
        for (size_t i = 0; i < from.size(); ++i) to[i].set_data(from[i].detach().to(at::kDouble));
        Batch batch = rows(33, 4);
        const auto logits = model->forward(batch).logits_BC;
        batch.features_BF = batch.features_BF.to(at::kDouble);
        const auto expected = exact->forward(batch).logits_BC;
        EXPECT_LE((logits - expected).abs().max().item<double>(), 1e-5) << yaml;
        logits.square().sum().backward();
        expected.square().sum().backward();
        for (size_t i = 0; i < from.size(); ++i) {
            const double size = to[i].grad().abs().max().item<double>();
            EXPECT_LE((from[i].grad() - to[i].grad()).abs().max().item<double>(), 1e-5 * size)
                << yaml << ", parameter " << i;
        }
    }
}

TEST(Dnn, AutocastIsObeyed)
{
    const auto model = make_dnn("widths: [16]", 4, 2);
    const auto batch = rows(8, 4);
    const auto wanted = model->forward(batch).logits_BC;
    const AutocastScope autocast(at::kCPU, at::kBFloat16);
    const auto logits = model->forward(batch).logits_BC;
    EXPECT_EQ(logits.scalar_type(), at::kBFloat16);
    EXPECT_LE((logits - wanted).abs().max().item<double>(), 0.05);
}

TEST(Dnn, DropoutActsInTrainingAlone)
{
    const auto model = make_dnn("dropout: 0.5", 4, 2);
    const auto batch = rows(16, 4);
    model->eval();
    EXPECT_TRUE(model->forward(batch).logits_BC.equal(model->forward(batch).logits_BC));
    model->train();
    EXPECT_FALSE(model->forward(batch).logits_BC.equal(model->forward(batch).logits_BC));
}

TEST(Dnn, MistakesAreNamed)
{
    EXPECT_THAT(test::user_error([] { make_dnn("", 0, 2); }),
                testing::HasSubstr("wants one row of numbers per event"));
    EXPECT_THAT(test::user_error([] { make_dnn("widths: [4]\nfractions: [1.0]", 3, 2); }),
                testing::HasSubstr("says the same as 'widths'"));
    EXPECT_THAT(test::user_error([] { make_dnn("widths: [0]", 3, 2); }),
                testing::HasSubstr("must be above 0"));
    EXPECT_THAT(test::user_error([] { make_dnn("activation: rely", 3, 2); }),
                testing::HasSubstr("activation"));
}

}  // namespace
}  // namespace jetsmith
