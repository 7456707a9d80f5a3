// SPDX-License-Identifier: Apache-2.0
// The passes over a tile against LibTorch in double, on every SIMD target, in both types.
#include "kernels/rectified_tile/rectified_tile.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/errors.h"
#include "tests/support/simd_targets.h"

namespace jetsmith {
namespace {

using kernels::ObjectRange;

/// Calls check(type, relative tolerance of one stored value) for each SIMD target and type.
template <typename Check>
void for_each_target_and_type(const Check& check)
{
    test::for_each_simd_target([&] {
        check(at::kFloat, 1e-6);
        check(at::kBFloat16, 1.0 / 256);
    });
}

at::Tensor plain(const at::Tensor& t) { return t.to(at::kDouble); }

void expect_near(const at::Tensor& found, const at::Tensor& wanted, double relative,
                 double absolute = 1e-5)
{
    const auto excess = (plain(found) - wanted).abs() - wanted.abs() * relative;
    EXPECT_LE(excess.max().item<double>(), absolute);
}

TEST(RectifiedTile, ANarrowLayerIsAMatrixProductWithBias)
{
    for_each_target_and_type([](at::ScalarType type, double relative) {
        for (const int64_t width : {1, 7, 100}) {
            const auto x = at::randn({9, 3}), weight = at::randn({3, width}),
                       bias = at::randn({width});
            const auto out = at::empty({9, width}, type);
            kernels::narrow_layer(x, weight, bias, out);
            expect_near(out, at::relu(at::mm(plain(x), plain(weight)) + plain(bias)), relative);
            const auto g = at::randn({9, width}).to(type);
            const auto sum = at::randn({3, width}), before = sum.clone();
            kernels::narrow_layer_gradient(x, g, sum);
            expect_near(sum, plain(before) + at::mm(plain(x).t(), plain(g)), 1e-5);
        }
    });
}

TEST(RectifiedTile, RectifyingAddsTheBiasFirst)
{
    for_each_target_and_type([](at::ScalarType type, double relative) {
        const auto v = at::randn({5, 37}).to(type), bias = at::randn({37});
        const auto wanted = at::relu(plain(v) + plain(bias));
        kernels::rectify_with_bias(v, bias);
        expect_near(v, wanted, relative);
    });
}

TEST(RectifiedTile, GradientsPassWhereValuesArePositive)
{
    for_each_target_and_type([](at::ScalarType type, double) {
        const auto v = at::relu(at::randn({6, 37})).to(type), g = at::randn({6, 37}).to(type);
        const auto bias = at::randn({37}), before = bias.clone(), gradient = g.clone();
        kernels::keep_where_positive(v, g, bias);
        const auto wanted = plain(gradient) * v.gt(0);
        EXPECT_TRUE(at::equal(plain(g), wanted));
        expect_near(bias, plain(before) + wanted.sum(0), 1e-5);
    });
}

/// Rows of 2, 0, 3 and 4 objects; the tile holds objects 1 ... 6 and two rows of padding.
TEST(RectifiedTile, ObjectsReachTheirRowsAndGradientsComeBack)
{
    const std::vector<int64_t> offsets{0, 2, 2, 5, 9};
    const auto weights = at::rand({9});
    for_each_target_and_type([&](at::ScalarType type, double relative) {
        for (const bool weighted : {false, true}) {
            const ObjectRange range{1, 6, 0, offsets.data(),
                                    weighted ? weights.const_data_ptr<float>() : nullptr};
            const auto v = at::relu(at::randn({8, 21})).to(type), sums = at::zeros({4, 21});
            const auto w = weighted ? plain(weights).narrow(0, 1, 6).unsqueeze(1)
                                    : at::ones({6, 1}, at::kDouble);
            const auto row = at::tensor({0, 2, 2, 2, 3, 3}, at::kLong);
            const auto wanted =
                at::zeros({4, 21}, at::kDouble).index_add(0, row, plain(v).narrow(0, 0, 6) * w);
            kernels::add_to_rows(v, range, sums);
            expect_near(sums, wanted, 1e-5);

            const auto outer = at::randn({4, 21}), bias = at::zeros({21});
            const auto g = at::full({8, 21}, 5).to(type);
            kernels::spread_to_positive(v, range, outer, g, bias);
            const auto gradient = plain(outer).index_select(0, row) * w * v.narrow(0, 0, 6).gt(0);
            expect_near(g.narrow(0, 0, 6), gradient, relative);
            EXPECT_EQ(g.narrow(0, 6, 2).abs().max().item<double>(), 0) << "padding";
            expect_near(bias, gradient.sum(0), 1e-5);
        }
    });
}

TEST(RectifiedTile, NotANumberIsNeverHidden)
{
    for_each_target_and_type([](at::ScalarType type, double) {
        const auto v = at::full({2, 21}, NAN).to(type);
        kernels::rectify_with_bias(v, at::zeros({21}));
        EXPECT_TRUE(v.isnan().all().item<bool>());
        const auto sums = at::zeros({1, 21});
        const std::vector<int64_t> offsets{0, 2};
        kernels::add_to_rows(v, {0, 2, 0, offsets.data(), nullptr}, sums);
        EXPECT_TRUE(sums.isnan().all().item<bool>());
    });
}

TEST(RectifiedTile, TensorsThatDoNotFitAreRefused)
{
    const auto v = at::zeros({4, 8}), bias = at::zeros({8});
    EXPECT_THROW(kernels::rectify_with_bias(v, at::zeros({7})), InternalError);
    EXPECT_THROW(kernels::rectify_with_bias(v.t(), at::zeros({4})), InternalError);
    EXPECT_THROW(kernels::rectify_with_bias(v.to(at::kDouble), bias), InternalError);
    EXPECT_THROW(kernels::keep_where_positive(v, v.to(at::kBFloat16), bias), InternalError);
    const std::vector<int64_t> offsets{0, 5};
    EXPECT_THROW(kernels::add_to_rows(v, {0, 5, 0, offsets.data(), nullptr}, at::zeros({1, 8})),
                 InternalError);
}

}  // namespace
}  // namespace jetsmith
