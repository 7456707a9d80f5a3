// SPDX-License-Identifier: Apache-2.0
// The stack against its definition in double, differentiated by LibTorch, on every SIMD target.
#include "kernels/dense_layers/dense_layers.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <fmt/core.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "core/errors.h"
#include "core/random.h"
#include "tests/support/simd_targets.h"

namespace jetsmith {
namespace {

using kernels::dense_layers;
using torch::autograd::grad;

std::vector<at::Tensor> stack_of(int64_t features, const std::vector<int64_t>& widths)
{
    std::vector<at::Tensor> parameters;
    for (const int64_t width : widths) {
        parameters.push_back(at::randn({width, features}).div_(std::sqrt(features)));
        parameters.push_back(at::randn({width}));
        features = width;
    }
    for (auto& parameter : parameters) parameter.set_requires_grad(true);
    return parameters;
}

/// Copies in double that are differentiated on their own.
std::vector<at::Tensor> in_double(const std::vector<at::Tensor>& all)
{
    std::vector<at::Tensor> copies;
    for (const auto& t : all) copies.push_back(t.detach().to(at::kDouble).set_requires_grad(true));
    return copies;
}

/// x W^T + b and max(., 0) of each hidden layer, times its factors where there are some.
at::Tensor definition(at::Tensor x, const std::vector<at::Tensor>& parameters,
                      const std::vector<at::Tensor>& factors = {})
{
    for (size_t i = 0; i < parameters.size(); i += 2) {
        x = x.matmul(parameters[i].t()) + parameters[i + 1];
        if (i + 2 == parameters.size()) break;
        x = at::relu(x);
        if (!factors.empty()) x = x * factors[i / 2];
    }
    return x;
}

void expect_near(const at::Tensor& found, const at::Tensor& wanted, double tolerance)
{
    ASSERT_EQ(found.sizes(), wanted.sizes());
    if (found.numel() == 0) return;
    const double scale = std::max(1.0, wanted.abs().max().item<double>());
    const double off = (found.to(at::kDouble) - wanted).abs().max().item<double>();
    EXPECT_TRUE(off <= tolerance * scale) << off << " beside " << scale;
}

/// Values and all gradients beside the definition in double.
void expect_definition(int64_t rows, int64_t features, const std::vector<int64_t>& widths)
{
    SCOPED_TRACE(fmt::format("{} rows of {}", rows, features));
    auto inputs = stack_of(features, widths);
    inputs.insert(inputs.begin(), at::randn({rows, features}).set_requires_grad(true));
    const auto exact = in_double(inputs);
    const std::vector<at::Tensor> parameters(inputs.begin() + 1, inputs.end());
    const auto y = dense_layers(inputs[0], parameters, 0);
    const auto wanted = definition(exact[0], {exact.begin() + 1, exact.end()});
    expect_near(y, wanted, 1e-5);
    const auto outer = at::randn(y.sizes());
    const auto found = grad({y}, inputs, {outer});
    const auto gradients = grad({wanted}, exact, {outer.to(at::kDouble)});
    for (size_t i = 0; i < found.size(); ++i) expect_near(found[i], gradients[i], 1e-5);
}

TEST(DenseLayers, ValuesAndGradientsFollowTheDefinitionForAnySize)
{
    at::manual_seed(1);
    test::for_each_simd_target([] {
        expect_definition(0, 3, {4, 2});
        expect_definition(1, 7, {6});
        expect_definition(1, 1, {1, 1, 1});
        expect_definition(9, 7, {33, 6});
        expect_definition(255, 19, {128, 100, 31, 6});
        expect_definition(300, 40, {17, 128, 33});
    });
}

TEST(DenseLayers, GradientsAreDifferencesOfTheValues)
{
    at::manual_seed(2);
    auto parameters = stack_of(5, {16, 16, 3});
    const auto x = at::randn({33, 5}), outer = at::randn({33, 3});
    const auto gradients = grad({dense_layers(x, parameters, 0)}, parameters, {outer});
    for (size_t i = 0; i < parameters.size(); ++i) {
        auto moved = in_double(parameters);
        const auto direction = at::randn(moved[i].sizes(), at::kDouble);
        const auto along = [&](double step) {
            auto at_step = moved;
            at_step[i] = moved[i] + step * direction;
            return (definition(x.to(at::kDouble), at_step) * outer).sum().item<double>();
        };
        const double step = 1e-6;
        const double slope = (along(step) - along(-step)) / (2 * step);
        EXPECT_NEAR((gradients[i] * direction).sum().item<double>(), slope,
                    1e-4 * std::max(1.0, std::abs(slope)));
    }
}

/// The factor of every output of a hidden layer, from the words that the header names.
at::Tensor factors_of(uint64_t seed, uint32_t layer, int64_t rows, int64_t width, double dropout)
{
    auto factors = at::empty({rows, width}, at::kDouble);
    auto* factor = factors.mutable_data_ptr<double>();
    for (int64_t b = 0; b < rows; ++b)
        for (int64_t c = 0; c < width; ++c) {
            const auto key = static_cast<uint64_t>(b / 4) << 32 | static_cast<uint64_t>(c);
            const auto word = philox({seed, Purpose::dropout, layer, key}, 0)[b % 4];
            *factor++ = word < dropout * 0x1p32 ? 0 : 1 / (1 - dropout);
        }
    return factors;
}

/// What dense_layers draws after manual_seed(5).
uint64_t seed_after_five()
{
    at::manual_seed(5);
    auto generator = at::detail::getDefaultCPUGenerator();
    return generator.get<at::CPUGeneratorImpl>()->random64();
}

TEST(DenseLayers, DropoutIsAFunctionOfSeedLayerRowAndColumn)
{
    const double dropout = 0.3;
    const auto seed = seed_after_five();
    test::for_each_simd_target([&] {
        auto parameters = stack_of(4, {50, 37, 3});
        const auto exact = in_double(parameters);
        const auto x = at::randn({101, 4}), outer = at::randn({101, 3});
        at::manual_seed(5);
        const auto y = dense_layers(x, parameters, dropout);
        const auto wanted = definition(
            x.to(at::kDouble), exact,
            {factors_of(seed, 0, 101, 50, dropout), factors_of(seed, 1, 101, 37, dropout)});
        expect_near(y, wanted, 1e-5);
        const auto found = grad({y}, parameters, {outer});
        const auto gradients = grad({wanted}, exact, {outer.to(at::kDouble)});
        for (size_t i = 0; i < found.size(); ++i) expect_near(found[i], gradients[i], 1e-5);
    });
}

/// Values and gradients with so many threads in the forward and in the backward pass.
std::vector<at::Tensor> results(const at::Tensor& x, const std::vector<at::Tensor>& parameters,
                                int forward_threads, int backward_threads)
{
    const int before = at::get_num_threads();
    at::manual_seed(5);
    at::set_num_threads(forward_threads);
    const auto y = dense_layers(x, parameters, 0.2);
    at::set_num_threads(backward_threads);
    auto all = grad({y}, parameters, {at::ones_like(y)});
    at::set_num_threads(before);
    all.push_back(y);
    return all;
}

TEST(DenseLayers, BitsDependOnTheNumberOfThreadsAlone)
{
    at::manual_seed(3);
    const auto parameters = stack_of(11, {64, 5});
    const auto x = at::randn({301, 11});
    for (const int threads : {1, 2, 3}) {
        const auto once = results(x, parameters, threads, threads);
        const auto again = results(x, parameters, threads, threads);
        for (size_t i = 0; i < once.size(); ++i) EXPECT_TRUE(once[i].equal(again[i]));
    }
}

TEST(DenseLayers, AnotherNumberOfThreadsInTheBackwardPassIsNoHarm)
{
    at::manual_seed(4);
    const auto parameters = stack_of(11, {64, 5});
    const auto x = at::randn({301, 11});
    const auto wanted = results(x, parameters, 1, 1);
    for (const auto& [forward, backward] : {std::pair(1, 2), {2, 1}, {3, 2}}) {
        const auto found = results(x, parameters, forward, backward);
        for (size_t i = 0; i < found.size(); ++i)
            expect_near(found[i], wanted[i].to(at::kDouble), 1e-5);
    }
}

TEST(DenseLayers, NothingIsKeptForGradientsThatNobodyWants)
{
    const auto parameters = stack_of(3, {4, 2});
    const at::NoGradGuard no_grad;
    EXPECT_FALSE(dense_layers(at::randn({5, 3}), parameters, 0).requires_grad());
}

TEST(DenseLayers, VanishingGradientsAreZeroAndOthersAreNot)
{
    at::manual_seed(6);
    const auto parameters = stack_of(3, {40, 2});
    const auto x = at::randn({40, 3});
    test::for_each_simd_target([&] {
        const auto sum_with = [&](float outer) {
            const auto y = dense_layers(x, parameters, 0);
            return grad({y}, parameters, {at::full_like(y, outer)})[3].abs().max().item<float>();
        };
        EXPECT_EQ(sum_with(1e-31F), 0);
        EXPECT_NEAR(sum_with(1e-20F) / 40e-20F, 1, 1e-5);
        EXPECT_TRUE(std::isnan(sum_with(NAN)));
    });
}

TEST(DenseLayers, NotANumberIsNeverHidden)
{
    const auto parameters = stack_of(3, {40, 40, 2});
    auto x = at::zeros({40, 3});
    x[17][1] = NAN;
    const auto y = dense_layers(x, parameters, 0);
    EXPECT_TRUE(y[17].isnan().all().item<bool>());
    EXPECT_EQ(y.isnan().sum().item<int64_t>(), 2);
}

TEST(DenseLayers, TensorsThatDoNotFitAreRefused)
{
    const auto parameters = stack_of(3, {4, 2});
    const auto x = at::zeros({5, 3});
    EXPECT_THROW(dense_layers(at::zeros({5, 4}), parameters, 0), InternalError);
    EXPECT_THROW(dense_layers(x.to(at::kDouble), parameters, 0), InternalError);
    EXPECT_THROW(dense_layers(x, {parameters[0]}, 0), InternalError);
    EXPECT_THROW(dense_layers(x, {parameters[0], at::zeros({3})}, 0), InternalError);
    EXPECT_THROW(dense_layers(x, {at::zeros({3, 4}).t(), at::zeros({4})}, 0), InternalError);
    EXPECT_THROW(dense_layers(x, parameters, 1), InternalError);
}

}  // namespace
}  // namespace jetsmith
