// SPDX-License-Identifier: Apache-2.0
#include "trainers/objective.h"

#include <ATen/ops/ones.h>
#include <ATen/ops/randn.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <cmath>

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

}  // namespace
}  // namespace jetsmith
