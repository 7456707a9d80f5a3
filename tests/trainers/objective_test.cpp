// SPDX-License-Identifier: Apache-2.0
#include "trainers/objective.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/user_error.h"

namespace jetsmith {
namespace {

std::unique_ptr<Objective> cross_entropy(double smoothing)
{
    Config config(parse_yaml(fmt::format("type: cross_entropy\nlabel_smoothing: {}\n", smoothing),
                             "test.yaml"),
                  "objective", "a test");
    return Registry<Objective>::make(config);
}

/// The definition, in double: sum_b w_b (-sum_c t_bc log p_bc) / sum_b w_b with
/// t = (1 - s) onehot + s / C.
double by_definition(const at::Tensor& logits_BC, const std::vector<int64_t>& labels,
                     const std::vector<double>& weights, double smoothing)
{
    const int64_t classes = logits_BC.size(1);
    double sum = 0, weight_sum = 0;
    for (size_t b = 0; b < labels.size(); ++b) {
        double norm = 0;
        for (int64_t c = 0; c < classes; ++c)
            norm += std::exp(logits_BC[static_cast<int64_t>(b)][c].item<double>());
        double loss = 0;
        for (int64_t c = 0; c < classes; ++c) {
            const double target = (c == labels[b] ? 1 - smoothing : 0.0) +
                                  smoothing / static_cast<double>(classes);
            const double p = std::exp(logits_BC[static_cast<int64_t>(b)][c].item<double>()) / norm;
            loss -= target * std::log(p);
        }
        sum += weights[b] * loss;
        weight_sum += weights[b];
    }
    return sum / weight_sum;
}

TEST(CrossEntropy, FollowsItsDefinitionWithWeightsAndSmoothing)
{
    const std::vector<int64_t> labels{0, 2, 1, 1};
    const std::vector<double> weights{1.0, 0.25, 4.0, -0.5};
    Prediction prediction{.logits_BC = at::randn({4, 3})};
    Batch batch;
    batch.labels_B = at::tensor(at::ArrayRef<int64_t>(labels));
    batch.weights_B = at::tensor(at::ArrayRef<double>(weights), at::kFloat);
    for (const double smoothing : {0.0, 0.1, 0.5})
        EXPECT_NEAR(cross_entropy(smoothing)->loss(prediction, batch).item<double>(),
                    by_definition(prediction.logits_BC, labels, weights, smoothing), 1e-5);
}

TEST(CrossEntropy, ScoresAreProbabilities)
{
    const Prediction prediction{.logits_BC = at::tensor({0.0F, std::log(3.0F)}).view({1, 2})};
    const auto scores = cross_entropy(0)->scores(prediction, Batch{});
    EXPECT_NEAR(scores[0][1].item<double>(), 0.75, 1e-6);
    EXPECT_NEAR(scores.sum().item<double>(), 1.0, 1e-6);
}

std::unique_ptr<Objective> reconstruction(const std::string& distance)
{
    Config config(parse_yaml("type: reconstruction\ndistance: " + distance, "test.yaml"),
                  "objective", "a test");
    return Registry<Objective>::make(config);
}

/// Both definitions, written out in double.
double distance(const at::Tensor& x_BF, const at::Tensor& y_BF, int64_t row, bool entropy)
{
    double x_sum = 0, y_sum = 0, squares = 0, value = 0;
    const int64_t pixels = x_BF.size(1);
    for (int64_t i = 0; i < pixels; ++i) {
        const double x = x_BF[row][i].item<double>(), y = y_BF[row][i].item<double>();
        x_sum += x, y_sum += y, squares += (x - y) * (x - y);
    }
    if (!entropy) return squares / static_cast<double>(pixels);
    for (int64_t i = 0; i < pixels; ++i)
        value -= x_BF[row][i].item<double>() / x_sum *
                 std::log(y_BF[row][i].item<double>() / y_sum);
    return value;
}

TEST(Reconstruction, LossAndScoreFollowTheDefinition)
{
    Batch batch;
    batch.images_BCHW = at::rand({3, 2, 3, 3}).add(0.1F);
    const Prediction prediction{.reconstruction = at::rand({3, 2, 3, 3}).add(0.1F)};
    const std::vector<double> weights{1.0, 0.25, 2.0};
    batch.weights_B = at::tensor(at::ArrayRef<double>(weights), at::kFloat);
    for (const bool entropy : {false, true}) {
        const auto objective = reconstruction(entropy ? "cross_entropy" : "mse");
        const auto scores = objective->scores(prediction, batch);
        ASSERT_EQ(scores.sizes(), at::IntArrayRef({3, 1}));
        double sum = 0;
        for (int64_t b = 0; b < 3; ++b) {
            const double each = distance(batch.images_BCHW.flatten(1),
                                         prediction.reconstruction.flatten(1), b, entropy);
            EXPECT_NEAR(scores[b][0].item<double>(), each, 1e-6 * std::abs(each));
            sum += weights[static_cast<size_t>(b)] * each;
        }
        EXPECT_NEAR(objective->loss(prediction, batch).item<double>(), sum / 3.25, 1e-6 * sum);
        EXPECT_FALSE(objective->scores_are_probabilities());
    }
}

TEST(Reconstruction, ComparesFeaturesWhereThereAreNoImages)
{
    Batch batch;
    batch.features_BF = at::zeros({2, 4});
    const Prediction prediction{.reconstruction = at::tensor({1.0F, 1.0F, 1.0F, 1.0F, 0.0F, 0.0F,
                                                              0.0F, 2.0F}).view({2, 4})};
    const auto scores = reconstruction("mse")->scores(prediction, batch);
    EXPECT_EQ(scores[0][0].item<double>(), 1.0);
    EXPECT_EQ(scores[1][0].item<double>(), 1.0);
}

std::unique_ptr<Objective> binary_cross_entropy(double smoothing)
{
    Config config(parse_yaml(fmt::format("type: binary_cross_entropy\nlabel_smoothing: {}\n",
                                         smoothing),
                             "test.yaml"),
                  "objective", "a test");
    return Registry<Objective>::make(config);
}

TEST(BinaryCrossEntropy, FollowsItsDefinitionWithWeightsFactorsAndSmoothing)
{
    const std::vector<double> weights{1.0, 0.25, -0.5};
    const Prediction prediction{.logits_BC = at::randn({3, 2})};
    Batch batch;
    batch.targets_BL = at::tensor({1.0F, 0.0F, 1.0F, 1.0F, 0.0F, 0.0F}).view({3, 2});
    batch.weights_B = at::tensor(at::ArrayRef<double>(weights), at::kFloat);
    for (const bool factors : {false, true}) {
        if (factors) batch.target_weights_BL = at::rand({3, 2}).add(0.5F);
        for (const double smoothing : {0.0, 0.2}) {
            double sum = 0;
            for (int64_t b = 0; b < 3; ++b)
                for (int64_t l = 0; l < 2; ++l) {
                    const double p =
                        1 / (1 + std::exp(-prediction.logits_BC[b][l].item<double>()));
                    const double y = batch.targets_BL[b][l].item<double>() * (1 - smoothing) +
                                     smoothing / 2;
                    const double factor =
                        factors ? batch.target_weights_BL[b][l].item<double>() : 1.0;
                    sum -= weights[static_cast<size_t>(b)] * factor / 2 *
                           (y * std::log(p) + (1 - y) * std::log(1 - p));
                }
            EXPECT_NEAR(binary_cross_entropy(smoothing)->loss(prediction, batch).item<double>(),
                        sum / 0.75, 1e-5);
        }
    }
}

TEST(BinaryCrossEntropy, ScoresAreIndependentProbabilities)
{
    const Prediction prediction{.logits_BC = at::tensor({0.0F, std::log(3.0F)}).view({1, 2})};
    const auto scores = binary_cross_entropy(0)->scores(prediction, Batch{});
    EXPECT_NEAR(scores[0][0].item<double>(), 0.5, 1e-6);
    EXPECT_NEAR(scores[0][1].item<double>(), 0.75, 1e-6);
}

TEST(BinaryCrossEntropy, AndCrossEntropyRefuseEachOthersRows)
{
    const Prediction prediction{.logits_BC = at::zeros({1, 2})};
    Batch classes;
    classes.labels_B = at::zeros({1}, at::kLong);
    classes.weights_B = at::ones({1});
    Batch labels = classes;
    labels.targets_BL = at::zeros({1, 2});
    EXPECT_THAT(test::user_error([&] { binary_cross_entropy(0)->loss(prediction, classes); }),
                testing::HasSubstr("Name them in data.labels, or use cross_entropy."));
    EXPECT_THAT(test::user_error([&] { cross_entropy(0)->loss(prediction, labels); }),
                testing::HasSubstr("Use binary_cross_entropy."));
    EXPECT_THAT(test::user_error([&] { binary_cross_entropy(0)->loss({}, labels); }),
                testing::HasSubstr("Choose a classifier as model.type"));
}

TEST(Reconstruction, AndCrossEntropyRefuseEachOthersModels)
{
    Batch batch;
    batch.features_BF = at::zeros({2, 4});
    EXPECT_THAT(test::user_error([&] { reconstruction("mse")->scores({}, batch); }),
                testing::HasSubstr("Choose an autoencoder as model.type"));
    EXPECT_THAT(test::user_error([&] { cross_entropy(0)->loss({}, batch); }),
                testing::HasSubstr("Choose a classifier as model.type"));
}

}  // namespace
}  // namespace jetsmith
