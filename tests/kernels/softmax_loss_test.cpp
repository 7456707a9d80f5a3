// SPDX-License-Identifier: Apache-2.0
// The loss against its definition in double, differentiated by LibTorch, on every SIMD target.
#include "kernels/softmax_loss/softmax_loss.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include "core/errors.h"
#include "tests/support/gpu.h"
#include "tests/support/simd_targets.h"

namespace jetsmith {
namespace {

using kernels::softmax_loss;

struct Rows {
    at::Tensor logits_BC, labels_B, weights_B;
};

/// Random rows, some weights negative.
Rows rows(int64_t count, int64_t classes)
{
    return {at::randn({count, classes}).mul_(3), at::randint(classes, {count}, at::kLong),
            at::rand({count}).sub_(0.1)};
}

/// -sum_c t_bc log(exp(z_bc) / sum_c' exp(z_bc')), weighted; rows without a label give 0.
at::Tensor definition(const at::Tensor& logits_BC, const Rows& rows, double smoothing)
{
    const int64_t classes = logits_BC.size(1);
    const auto has_label_B = rows.labels_B.ge(0);
    const auto targets_BC = at::one_hot(rows.labels_B.clamp_min(0), classes)
                                .to(at::kDouble)
                                .mul(1 - smoothing)
                                .add(smoothing / static_cast<double>(classes));
    const auto p_BC = logits_BC.exp() / logits_BC.exp().sum(1, true);
    const auto each_B = -(targets_BC * p_BC.log()).sum(1) * has_label_B;
    const auto weights_B = rows.weights_B.to(at::kDouble);
    return (each_B * weights_B).sum() / weights_B.sum();
}

void expect_definition(Rows all, double smoothing)
{
    all.logits_BC.set_requires_grad(true);
    auto exact_BC = all.logits_BC.detach().to(at::kDouble).set_requires_grad(true);
    const auto wanted = definition(exact_BC, all, smoothing);
    const auto found = softmax_loss(all.logits_BC, all.labels_B, all.weights_B, smoothing);
    ASSERT_EQ(found.dim(), 0);
    const double size = std::max(1.0, std::abs(wanted.item<double>()));
    EXPECT_NEAR(found.item<double>(), wanted.item<double>(), 1e-6 * size);
    // The factor of the outer gradient is part of it.
    const auto gradient = torch::autograd::grad({found * 3}, {all.logits_BC})[0];
    const auto off = gradient - torch::autograd::grad({wanted * 3}, {exact_BC})[0];
    EXPECT_TRUE(off.abs().max().item<double>() <= 1e-6 * size);
}

TEST(SoftmaxLoss, ValueAndGradientFollowTheDefinition)
{
    at::manual_seed(1);
    test::for_each_simd_target([] {
        for (const double smoothing : {0.0, 0.1})
            for (const auto& [count, classes] :
                 {std::pair(1, 6), {255, 6}, {33, 2}, {16, 40}, {3, 1}}) {
                SCOPED_TRACE(fmt::format("{} rows, {} classes", count, classes));
                expect_definition(rows(count, classes), smoothing);
            }
    });
}

TEST(SoftmaxLoss, TheGradientIsADifferenceOfValues)
{
    at::manual_seed(2);
    const Rows all = rows(5, 3);
    const auto logits = all.logits_BC.clone().set_requires_grad(true);
    const auto gradient = torch::autograd::grad(
        {softmax_loss(logits, all.labels_B, all.weights_B, 0.2)}, {logits})[0];
    const double step = 1e-6;
    for (int64_t b = 0; b < 5; ++b)
        for (int64_t c = 0; c < 3; ++c) {
            const auto moved = [&](double by) {
                auto there = all.logits_BC.to(at::kDouble);
                there[b][c] += by;
                return definition(there, all, 0.2).item<double>();
            };
            EXPECT_NEAR(gradient[b][c].item<double>(), (moved(step) - moved(-step)) / (2 * step),
                        1e-5);
        }
}

TEST(SoftmaxLoss, RowsWithoutALabelCountInTheWeightsAlone)
{
    at::manual_seed(3);
    Rows all = rows(20, 4);
    all.labels_B[3] = -1;
    all.labels_B[17] = -1;
    expect_definition(all, 0.1);
}

TEST(SoftmaxLoss, LargeLogitsDoNotOverflow)
{
    const auto logits = at::tensor({1000.0F, 998.0F, -1000.0F}).view({1, 3});
    const auto label = at::ones({1}, at::kLong);
    EXPECT_NEAR(softmax_loss(logits, label, at::ones({1}), 0).item<double>(),
                2 + std::log1p(std::exp(-2.0)), 1e-5);
}

TEST(SoftmaxLoss, AnImpossibleClassIsNoHarm)
{
    const auto logits =
        at::tensor({0.0F, 0.0F, -std::numeric_limits<float>::infinity()}).view({1, 3});
    const auto label = at::zeros({1}, at::kLong);
    test::for_each_simd_target([&] {
        EXPECT_NEAR(softmax_loss(logits, label, at::ones({1}), 0).item<double>(), std::log(2.0),
                    1e-6);
    });
}

TEST(SoftmaxLoss, NotANumberIsNeverHidden)
{
    test::for_each_simd_target([] {
        for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()})
            for (const int64_t c : {0, 1, 2}) {
                Rows all = rows(40, 3);
                all.logits_BC[21][c] = bad;
                all.labels_B.fill_(1);
                EXPECT_TRUE(std::isnan(
                    softmax_loss(all.logits_BC, all.labels_B, all.weights_B, 0).item<double>()));
            }
    });
    const Rows none = rows(0, 3);
    EXPECT_TRUE(
        std::isnan(softmax_loss(none.logits_BC, none.labels_B, none.weights_B, 0).item<double>()));
}

TEST(SoftmaxLoss, TensorsThatDoNotFitAreRefused)
{
    const Rows all = rows(4, 3);
    const auto refused = [](const at::Tensor& logits, const at::Tensor& labels,
                            const at::Tensor& weights, double smoothing) {
        EXPECT_THROW(softmax_loss(logits, labels, weights, smoothing), InternalError);
    };
    refused(all.logits_BC.to(at::kDouble), all.labels_B, all.weights_B, 0);
    refused(all.logits_BC, all.labels_B.to(at::kInt), all.weights_B, 0);
    refused(all.logits_BC, all.labels_B, all.weights_B.narrow(0, 0, 3), 0);
    refused(all.logits_BC, all.labels_B.add(3), all.weights_B, 0);
    refused(all.logits_BC, all.labels_B, all.weights_B, 1);
}

TEST(SoftmaxLossCuda, PlainOperationsAgreeWithTheProcessor)
{
    JETSMITH_NEEDS_GPU();
    Rows here = rows(300, 6);
    here.labels_B[7] = -1;
    here.logits_BC.set_requires_grad(true);
    const auto there_BC = here.logits_BC.detach().to(at::kCUDA).set_requires_grad(true);
    const auto a = softmax_loss(here.logits_BC, here.labels_B, here.weights_B, 0.1);
    const auto b =
        softmax_loss(there_BC, here.labels_B.to(at::kCUDA), here.weights_B.to(at::kCUDA), 0.1);
    EXPECT_NEAR(a.item<double>(), b.item<double>(), 1e-5);
    const auto off = torch::autograd::grad({a}, {here.logits_BC})[0] -
                     torch::autograd::grad({b}, {there_BC})[0].cpu();
    EXPECT_LT(off.abs().max().item<double>(), 1e-6);
}

}  // namespace
}  // namespace jetsmith
