// SPDX-License-Identifier: Apache-2.0
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/model.h"
#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

using ::testing::HasSubstr;

std::unique_ptr<Model> make_model(const std::string& yaml, int64_t features,
                                  bool directions = false)
{
    Config config(parse_yaml("type: deep_sets\n" + yaml, "sets.yaml"), "model", "a test");
    BatchShape shape;
    shape.features = features;
    shape.classes = 2;
    shape.directions = directions;
    return Registry<Model>::make(config, shape);
}

/// Jets of 4, 0, 1 and 70 constituents.
Batch some_jets(int64_t features)
{
    Batch batch;
    batch.offsets_B1 = at::tensor({0, 4, 4, 5, 75}, at::kLong);
    batch.features_TF = at::randn({75, features});
    batch.fractions_T = at::rand({75});
    return batch;
}

// Sums of L(i, o) = i o + o over 3-100-100-256 and 256-100-100-100-2, by hand; 1902.09914 quotes
// 82k for both.
TEST(DeepSets, ThePublishedNetworksHave82458And82358Parameters)
{
    EXPECT_EQ(trainable_parameters(*make_model("", 3)), 82'458);
    EXPECT_EQ(trainable_parameters(*make_model("variant: efn", 2, true)), 82'358);
}

// The energyflow package's own examples use a latent space of 128.
TEST(DeepSets, ALatentSpaceOf128Has56730)
{
    EXPECT_EQ(trainable_parameters(*make_model("phi: [100, 100, 128]", 3)), 56'730);
}

using Rows = std::vector<std::vector<double>>;

/// Fully connected layers by name in double, ReLU after each when asked.
std::vector<double> plain_layers(const Model& model, const std::string& stack, size_t count,
                                 std::vector<double> x, bool rectify)
{
    const auto named = model.named_parameters();
    for (size_t layer = 0; layer < count; ++layer) {
        const auto name = stack + (rectify ? fmt::format(".dense{}", layer) : "");
        const auto w = named[name + ".weight"].to(at::kDouble).contiguous();
        const auto b = named[name + ".bias"].to(at::kDouble).contiguous();
        std::vector<double> y;
        for (int64_t o = 0; o < w.size(0); ++o) {
            double sum = b.data_ptr<double>()[o];
            for (size_t i = 0; i < x.size(); ++i)
                sum += w.data_ptr<double>()[o * w.size(1) + static_cast<int64_t>(i)] * x[i];
            y.push_back(rectify ? std::max(0.0, sum) : sum);
        }
        x = y;
    }
    return x;
}

/// F(sum_i w_i Phi(p_i)) from the definition, constituent by constituent.
Rows plain_network(const Model& model, const Batch& batch, bool efn, size_t phi, size_t f)
{
    const auto* offset = batch.offsets_B1.const_data_ptr<int64_t>();
    Rows logits;
    for (int64_t b = 0; b + 1 < batch.offsets_B1.size(0); ++b) {
        std::vector<double> latent(
            static_cast<size_t>(model.named_parameters()["f.dense0.weight"].size(1)), 0.0);
        for (int64_t t = offset[b]; t < offset[b + 1]; ++t) {
            std::vector<double> p;
            for (int64_t k = 0; k < batch.features_TF.size(1); ++k)
                p.push_back(batch.features_TF[t][k].item<double>());
            const auto term = plain_layers(model, "phi", phi, p, true);
            const double weight = efn ? batch.fractions_T[t].item<double>() : 1.0;
            for (size_t l = 0; l < latent.size(); ++l) latent[l] += weight * term[l];
        }
        logits.push_back(
            plain_layers(model, "output", 1, plain_layers(model, "f", f, latent, true), false));
    }
    return logits;
}

/// What float32 may lose in logits: a part of the largest of the batch, since the terms of one that
/// is close to 0 are as large as those of the others.
double float_error(const at::Tensor& logits_BC)
{
    return 2e-5 * (1 + logits_BC.abs().max().item<double>());
}

TEST(DeepSets, LogitsAreThoseOfTheDefinitionInDouble)
{
    for (const bool efn : {false, true}) {
        const auto model = make_model(efn ? "variant: efn" : "", 3, efn);
        // Published networks start with biases of 0; others show whether each is used.
        const at::NoGradGuard no_grad;
        for (auto& parameter : model->parameters())
            if (parameter.dim() == 1) at::Tensor(parameter).normal_(0, 0.1);
        model->eval();
        const auto batch = some_jets(3);
        const auto logits = model->forward(batch).logits_BC;
        const auto wanted = plain_network(*model, batch, efn, 3, 3);
        ASSERT_EQ(logits.sizes(), (at::IntArrayRef{4, 2}));
        for (int64_t b = 0; b < 4; ++b)
            for (int64_t c = 0; c < 2; ++c)
                EXPECT_NEAR(logits[b][c].item<double>(), wanted[size_t(b)][size_t(c)],
                            float_error(logits));
    }
}

TEST(DeepSets, TheOrderOfConstituentsDoesNotMatter)
{
    const auto model = make_model("", 3);
    model->eval();
    auto batch = some_jets(3);
    const auto before = model->forward(batch).logits_BC;
    const auto order = at::cat({at::tensor({2, 0, 3, 1, 4}, at::kLong), at::randperm(70) + 5});
    batch.features_TF = batch.features_TF.index_select(0, order);
    const auto after = model->forward(batch).logits_BC;
    EXPECT_LT((after - before).abs().max().item<double>(), float_error(before));
}

/// Infrared and collinear safety: a soft constituent, or one split in two, changes nothing.
TEST(DeepSets, TheEnergyFlowNetworkSeesNeitherSoftNorCollinearSplittings)
{
    const auto model = make_model("variant: efn", 2, true);
    model->eval();
    Batch batch;
    batch.offsets_B1 = at::tensor({0, 3}, at::kLong);
    batch.features_TF = at::randn({3, 2});
    batch.fractions_T = at::tensor({0.5F, 0.3F, 0.2F});
    const auto before = model->forward(batch).logits_BC;
    batch.offsets_B1 = at::tensor({0, 5}, at::kLong);
    batch.features_TF =
        at::cat({batch.features_TF, batch.features_TF.narrow(0, 0, 1), at::randn({1, 2})});
    batch.fractions_T = at::tensor({0.1F, 0.3F, 0.2F, 0.4F, 0.0F});
    const auto after = model->forward(batch).logits_BC;
    EXPECT_LT((after - before).abs().max().item<double>(), 1e-5);
}

TEST(DeepSets, DropoutActsInTrainingAlone)
{
    const auto batch = some_jets(3);
    for (const char* option : {"dropout: 0.5", "latent_dropout: 0.5"}) {
        const auto model = make_model(option, 3);
        const auto twice = [&] {
            return at::equal(model->forward(batch).logits_BC, model->forward(batch).logits_BC);
        };
        model->train();
        EXPECT_FALSE(twice()) << option;
        model->eval();
        EXPECT_TRUE(twice()) << option;
    }
}

TEST(DeepSets, DataThatDoNotFitAreExplained)
{
    EXPECT_THAT(test::user_error([] { make_model("variant: efn", 3); }),
                HasSubstr("sets.yaml:2: model.variant: efn needs directions alone"));
    EXPECT_THAT(test::user_error([] { make_model("", 0); }),
                HasSubstr("Set inputs.type: constituents"));
    EXPECT_THAT(test::user_error([] { make_model("phi: []", 3); }),
                HasSubstr("at least one layer"));
    EXPECT_THAT(test::user_error([] { make_model("activation: rely", 3); }),
                HasSubstr("model.activation"));
}

}  // namespace
}  // namespace jetsmith
