// SPDX-License-Identifier: Apache-2.0
// Values and gradients of summed layers against LibTorch's operations in double.
#include "models/layers/summed_layers.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "tests/support/gpu.h"
#include "trainers/autocast.h"

namespace jetsmith {
namespace {

using layers::summed_rectified_layers;

struct Sets {
    at::Tensor x_TF, offsets_B1, weights_T, outer_BL;
    std::vector<at::Tensor> parameters;
};

/// Rows of 0 to 60 objects and of one more than a tile, layers 3-100-40-256 with biases.
Sets some_sets(int64_t rows)
{
    at::manual_seed(4);
    auto lengths = at::randint(0, 60, {rows}, at::kLong);
    lengths[rows / 2] = 4097;
    lengths[rows - 1] = 0;
    Sets s;
    s.offsets_B1 = at::cat({at::zeros({1}, at::kLong), lengths.cumsum(0)});
    s.x_TF = at::randn({s.offsets_B1[rows].item<int64_t>(), 3});
    s.weights_T = at::rand({s.x_TF.size(0)});
    int64_t in = 3;
    for (const int64_t out : {100, 40, 40, 256}) {  // two of one width: memory is not shared
        s.parameters.push_back(at::randn({out, in}) / std::sqrt(in));
        s.parameters.push_back(at::randn({out}) * 0.3);
        in = out;
    }
    s.outer_BL = at::randn({rows, in});
    for (auto& parameter : s.parameters) parameter.set_requires_grad(true);
    return s;
}

struct Result {
    at::Tensor sums_BL;
    std::vector<at::Tensor> gradients;
};

Result tiled(Sets s, bool weighted)
{
    for (auto& parameter : s.parameters) parameter.mutable_grad() = at::Tensor();
    Result r;
    r.sums_BL = summed_rectified_layers(s.x_TF, s.offsets_B1, weighted ? s.weights_T : at::Tensor(),
                                        s.parameters);
    r.sums_BL.backward(s.outer_BL);
    for (const auto& parameter : s.parameters) r.gradients.push_back(parameter.grad().clone());
    r.sums_BL = r.sums_BL.detach();
    return r;
}

Result in_double(const Sets& s, bool weighted)
{
    std::vector<at::Tensor> parameters;
    for (const auto& parameter : s.parameters)
        parameters.push_back(parameter.detach().to(at::kDouble).set_requires_grad(true));
    at::Tensor x = s.x_TF.to(at::kDouble);
    for (size_t i = 0; i < parameters.size(); i += 2)
        x = at::relu(at::matmul(x, parameters[i].t()) + parameters[i + 1]);
    if (weighted) x = x * s.weights_T.to(at::kDouble).unsqueeze(1);
    const auto row = at::repeat_interleave(s.offsets_B1.diff());
    Result r;
    const auto sums = at::zeros_like(s.outer_BL, at::kDouble).index_add(0, row, x);
    sums.backward(s.outer_BL.to(at::kDouble));
    r.sums_BL = sums.detach();
    for (const auto& parameter : parameters) r.gradients.push_back(parameter.grad());
    return r;
}

/// Largest difference over the largest value.
double relative(const at::Tensor& a, const at::Tensor& b)
{
    const auto wanted = b.to(at::kDouble);
    return ((a.to(at::kDouble) - wanted).abs().max() / wanted.abs().max()).item<double>();
}

void expect_close(const Result& found, const Result& wanted, double tolerance)
{
    EXPECT_LT(relative(found.sums_BL, wanted.sums_BL), tolerance);
    ASSERT_EQ(found.gradients.size(), wanted.gradients.size());
    for (size_t i = 0; i < found.gradients.size(); ++i)
        EXPECT_LT(relative(found.gradients[i], wanted.gradients[i]), tolerance)
            << "parameter " << i;
}

TEST(SummedLayers, ValuesAndGradientsAreThoseOfPlainOperationsInDouble)
{
    const int before = at::get_num_threads();
    for (const int64_t rows : {3, 200})
        for (const bool weighted : {false, true})
            for (const int threads : {1, 3}) {
                SCOPED_TRACE(fmt::format("{} rows, {} threads, {}", rows, threads, weighted));
                at::set_num_threads(threads);
                const Sets sets = some_sets(rows);
                expect_close(tiled(sets, weighted), in_double(sets, weighted), 5e-5);
            }
    at::set_num_threads(before);
}

TEST(SummedLayers, Bfloat16ProductsStayWithinTheirRounding)
{
    const Sets sets = some_sets(200);
    const auto wanted = in_double(sets, true);
    const AutocastScope autocast(at::kCPU, at::kBFloat16);
    const auto found = tiled(sets, true);
    EXPECT_GT(relative(found.sums_BL, wanted.sums_BL), 1e-5) << "bfloat16 was not used";
    expect_close(found, wanted, 6e-2);
}

TEST(SummedLayers, EveryCallGivesTheSameBits)
{
    const Sets sets = some_sets(200);
    const auto one = tiled(sets, true), other = tiled(sets, true);
    EXPECT_TRUE(at::equal(one.sums_BL, other.sums_BL));
    for (size_t i = 0; i < one.gradients.size(); ++i)
        EXPECT_TRUE(at::equal(one.gradients[i], other.gradients[i]));
}

TEST(SummedLayers, EvaluationAndBatchesWithoutObjectsWork)
{
    const Sets sets = some_sets(50);
    const auto wanted = tiled(sets, false).sums_BL;
    const at::NoGradGuard no_grad;
    EXPECT_TRUE(at::equal(summed_rectified_layers(sets.x_TF, sets.offsets_B1, {}, sets.parameters),
                          wanted));
    const auto none =
        summed_rectified_layers(at::empty({0, 3}), at::zeros({4}, at::kLong), {}, sets.parameters);
    EXPECT_TRUE(at::equal(none, at::zeros({3, 256})));
}

TEST(SummedLayersCuda, PlainOperationsAgreeWithTheTilesOfTheProcessor)
{
    JETSMITH_NEEDS_GPU();
    const Sets here = some_sets(200);
    Sets there = here;
    there.x_TF = here.x_TF.to(at::kCUDA), there.offsets_B1 = here.offsets_B1.to(at::kCUDA);
    there.weights_T = here.weights_T.to(at::kCUDA), there.outer_BL = here.outer_BL.to(at::kCUDA);
    for (auto& parameter : there.parameters)
        parameter = parameter.detach().to(at::kCUDA).set_requires_grad(true);
    auto found = tiled(there, true);
    found.sums_BL = found.sums_BL.cpu();
    for (auto& gradient : found.gradients) gradient = gradient.cpu();
    expect_close(found, tiled(here, true), 1e-3);
}

}  // namespace
}  // namespace jetsmith
