// SPDX-License-Identifier: Apache-2.0
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/errors.h"
#include "kernels/ragged.h"

namespace jetsmith::kernels {
namespace {

at::Tensor offsets(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

TEST(Ragged, OffsetsAreContiguousInt64OfOneDimension)
{
    EXPECT_NO_THROW(check_offsets(offsets({0})));
    EXPECT_THROW(check_offsets(offsets({}).slice(0, 0, 0)), InternalError);
    EXPECT_THROW(check_offsets(offsets({0, 1}).to(at::kInt)), InternalError);
    EXPECT_THROW(check_offsets(offsets({0, 1}).view({1, 2})), InternalError);
    EXPECT_THROW(check_offsets(at::arange(8, at::kLong).slice(0, 0, 8, 2)), InternalError);
}

TEST(Ragged, OffsetsRiseFromZeroToTheNumberOfParts)
{
    EXPECT_NO_THROW(check_rising(offsets({0, 2, 2, 5}), 5));
    EXPECT_NO_THROW(check_rising(offsets({0}), 0));
    EXPECT_THROW(check_rising(offsets({1, 2, 5}), 5), InternalError);
    EXPECT_THROW(check_rising(offsets({0, 3, 2, 5}), 5), InternalError);
    EXPECT_THROW(check_rising(offsets({0, 2, 4}), 5), InternalError);
}

TEST(Ragged, JetsAreFourMomentaOffsetsAndRows)
{
    const auto momenta = at::empty({5, 4}), rows = offsets({1, 0});
    EXPECT_NO_THROW(check_jets(momenta, offsets({0, 2, 5}), rows));
    EXPECT_THROW(check_jets(momenta.to(at::kDouble), offsets({0, 2, 5}), rows), InternalError);
    EXPECT_THROW(check_jets(momenta.t(), offsets({0, 2, 5}), rows), InternalError);
    EXPECT_THROW(check_jets(momenta, offsets({0, 2, 5}).to(at::kInt), rows), InternalError);
    EXPECT_THROW(check_jets(momenta, offsets({0, 2, 5}), rows.to(at::kInt)), InternalError);
}

}  // namespace
}  // namespace jetsmith::kernels
