// SPDX-License-Identifier: Apache-2.0
// Segment sums and their gradients against plain loops in double.
#include "kernels/segment_sum/segment_sum.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include "core/errors.h"
#include "core/parallel.h"
#include "tests/support/gpu.h"

namespace jetsmith {
namespace {

using kernels::segment_sum;

/// Rows of 5, 0, 1, 40 and 0 objects.
at::Tensor some_offsets() { return at::tensor({0, 5, 5, 6, 46, 46}, at::kLong); }

at::Tensor plain_sum(const at::Tensor& values_TL, const at::Tensor& offsets,
                     const at::Tensor& weights_T)
{
    const auto values = values_TL.to(at::kDouble);
    auto sums = at::zeros({offsets.size(0) - 1, values.size(1)}, at::kDouble);
    for (int64_t b = 0; b < sums.size(0); ++b)
        for (int64_t t = offsets[b].item<int64_t>(); t < offsets[b + 1].item<int64_t>(); ++t)
            sums[b] += values[t] * (weights_T.defined() ? weights_T[t].item<double>() : 1.0);
    return sums;
}

TEST(SegmentSum, AgreesWithALoopInDoubleWithAndWithoutWeights)
{
    const auto values = at::randn({46, 7}), weights = at::rand({46}), offsets = some_offsets();
    for (const auto& w : {at::Tensor(), weights})
        for (const auto type : {at::kFloat, at::kBFloat16}) {
            const auto typed = values.to(type);
            const auto sums = segment_sum(typed, offsets, w);
            EXPECT_EQ(sums.scalar_type(), at::kFloat);
            const auto difference = sums - plain_sum(typed, offsets, w);
            EXPECT_LT(difference.abs().max().item<double>(), 1e-5);
            EXPECT_EQ(sums[1].abs().max().item<float>(), 0) << "a row without objects";
        }
}

TEST(SegmentSum, TheGradientOfAnObjectIsThatOfItsRowTimesItsWeight)
{
    const auto weights = at::rand({46}), offsets = some_offsets(), outer = at::randn({5, 7});
    for (const auto& w : {at::Tensor(), weights})
        for (const auto type : {at::kFloat, at::kBFloat16}) {
            auto values = at::randn({46, 7}).to(type).set_requires_grad(true);
            (segment_sum(values, offsets, w) * outer).sum().backward();
            ASSERT_EQ(values.grad().scalar_type(), type);
            const auto row = at::repeat_interleave(offsets.diff());
            auto wanted = outer.index_select(0, row);
            if (w.defined()) wanted = wanted * w.unsqueeze(1);
            EXPECT_TRUE(at::equal(values.grad(), wanted.to(type)));
        }
}

TEST(SegmentSum, TakesStridedValuesAndEmptyBatches)
{
    const auto values = at::randn({7, 46}).t(), offsets = some_offsets();
    EXPECT_TRUE(at::equal(segment_sum(values, offsets), segment_sum(values.contiguous(), offsets)));
    const auto none = segment_sum(at::empty({0, 4}), at::zeros({3}, at::kLong));
    EXPECT_TRUE(at::equal(none, at::zeros({2, 4})));
    EXPECT_EQ(segment_sum(at::empty({0, 4}), at::zeros({1}, at::kLong)).size(0), 0);
}

TEST(SegmentSum, ThreadsChangeNoBit)
{
    const auto lengths = at::randint(0, 60, {500}, at::kLong);
    const auto offsets = at::cat({at::zeros({1}, at::kLong), lengths.cumsum(0)});
    const auto values = at::randn({offsets[500].item<int64_t>(), 33});
    set_thread_count(1);
    const auto alone = segment_sum(values, offsets);
    set_thread_count(4);
    EXPECT_TRUE(at::equal(alone, segment_sum(values, offsets)));
    set_thread_count(0);
}

TEST(SegmentSum, OffsetsThatDoNotFitAreRefused)
{
    const auto values = at::randn({4, 2});
    EXPECT_THROW(segment_sum(values, at::tensor({0, 5}, at::kLong)), InternalError);
    EXPECT_THROW(segment_sum(values, at::tensor({0, 3, 2, 4}, at::kLong)), InternalError);
    EXPECT_THROW(segment_sum(values, at::tensor({0, 4}, at::kInt)), InternalError);
    EXPECT_THROW(segment_sum(values.to(at::kDouble), at::tensor({0, 4}, at::kLong)), InternalError);
    EXPECT_THROW(segment_sum(values, at::tensor({0, 4}, at::kLong), at::ones({3})), InternalError);
}

TEST(SegmentSumCuda, ForwardAndBackwardAgreeWithTheProcessor)
{
    JETSMITH_NEEDS_GPU();
    const auto lengths = at::randint(0, 60, {300}, at::kLong);
    const auto offsets = at::cat({at::zeros({1}, at::kLong), lengths.cumsum(0)});
    const auto count = offsets[300].item<int64_t>();
    const auto weights = at::rand({count});
    for (const int64_t width : {1, 32, 256, 300})
        for (const auto type : {at::kFloat, at::kBFloat16}) {
            auto here = at::randn({count, width}).to(type).set_requires_grad(true);
            auto there = here.detach().to(at::kCUDA).set_requires_grad(true);
            const auto a = segment_sum(here, offsets, weights);
            const auto b = segment_sum(there, offsets.to(at::kCUDA), weights.to(at::kCUDA));
            EXPECT_LT((a - b.cpu()).abs().max().item<double>(), 1e-4);
            a.square().sum().backward();
            b.square().sum().backward();
            const auto difference = here.grad().to(at::kFloat) - there.grad().cpu().to(at::kFloat);
            EXPECT_LT(difference.abs().max().item<double>(), type == at::kFloat ? 1e-3 : 0.6);
        }
}

}  // namespace
}  // namespace jetsmith
