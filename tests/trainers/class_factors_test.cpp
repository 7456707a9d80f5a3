// SPDX-License-Identifier: Apache-2.0
#include "trainers/class_factors.h"

#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jetsmith {
namespace {

std::vector<float> values(const at::Tensor& tensor)
{
    const auto flat = tensor.contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

Batch three_rows()
{
    Batch batch;
    batch.labels_B = at::tensor(at::ArrayRef<int64_t>{1, 0, 1});
    batch.weights_B = at::tensor({2.0F, 3.0F, -1.0F});
    return batch;
}

TEST(ClassFactors, MultiplyTheWeightOfARowByThatOfItsClass)
{
    Batch batch = three_rows();
    ClassFactors({0.5, 4}, at::kCPU).apply(batch);
    EXPECT_THAT(values(batch.weights_B), testing::ElementsAre(8, 1.5, -4));
    EXPECT_FALSE(batch.target_weights_BL.defined());
}

TEST(ClassFactors, WeighEveryYesAndNoByItself)
{
    Batch batch = three_rows();
    batch.targets_BL = at::tensor({1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 1.0F}).view({3, 2});
    ClassFactors({10, 20, 30, 40}, at::kCPU).apply(batch);
    EXPECT_THAT(values(batch.target_weights_BL), testing::ElementsAre(20, 30, 10, 30, 20, 40));
    EXPECT_THAT(values(batch.weights_B), testing::ElementsAre(2, 3, -1)) << "the row's own weight";
}

TEST(ClassFactors, OfOneLeaveTheBatchAlone)
{
    for (const auto& factors : {std::vector<double>{}, std::vector<double>{1, 1}}) {
        Batch batch = three_rows();
        const auto before = batch.weights_B;
        ClassFactors(factors, at::kCPU).apply(batch);
        EXPECT_TRUE(batch.weights_B.is_same(before));
    }
}

}  // namespace
}  // namespace jetsmith
