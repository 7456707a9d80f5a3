// SPDX-License-Identifier: Apache-2.0
#include "kernels/rectified_tile/rectified_tile.h"

#include "core/errors.h"
#include "kernels/rectified_tile/rectified_tile_simd.h"

namespace jetsmith::kernels {
namespace {

bool is_plain(const at::Tensor& t, int64_t dimensions)
{
    return t.is_cpu() && t.is_contiguous() && t.dim() == dimensions;
}

/// A float32 tensor of these sizes; -1 stands for any.
float* parameters(const at::Tensor& t, at::IntArrayRef sizes)
{
    ensure(is_plain(t, static_cast<int64_t>(sizes.size())) && t.scalar_type() == at::kFloat,
           "parameters and sums of a tile are contiguous float32 on the CPU");
    for (size_t i = 0; i < sizes.size(); ++i)
        ensure(sizes[i] < 0 || t.size(static_cast<int64_t>(i)) == sizes[i],
               "parameters or sums do not fit the tile");
    return t.data_ptr<float>();
}

TileValues tile(const at::Tensor& t)
{
    const auto type = t.scalar_type();
    ensure(is_plain(t, 2) && (type == at::kFloat || type == at::kBFloat16),
           "tiles are contiguous float32 or bfloat16 (R, L) on the CPU");
    return {t.data_ptr(), type == at::kBFloat16, t.size(0), t.size(1)};
}

void* beside(const at::Tensor& g, const at::Tensor& v)
{
    ensure(is_plain(g, 2) && g.sizes() == v.sizes() && g.scalar_type() == v.scalar_type(),
           "gradients must be like the values");
    return g.data_ptr();
}

/// The sums of all rows, with the range inside the tile.
float* sums_of(const at::Tensor& sums_BL, const TileValues& v, const ObjectRange& range)
{
    ensure(range.objects <= v.rows, "more objects than rows of the tile");
    return parameters(sums_BL, {-1, v.width});
}

}  // namespace

void narrow_layer(const at::Tensor& x_RF, const at::Tensor& weight_FL, const at::Tensor& bias_L,
                  const at::Tensor& out_RL)
{
    const TileValues out = tile(out_RL);
    const int64_t features = x_RF.size(1);
    narrow_layer_loop(parameters(x_RF, {out.rows, features}), features,
                      parameters(weight_FL, {features, out.width}), parameters(bias_L, {out.width}),
                      out);
}

void narrow_layer_gradient(const at::Tensor& x_RF, const at::Tensor& g_RL,
                           const at::Tensor& weight_FL)
{
    const TileValues g = tile(g_RL);
    const int64_t features = x_RF.size(1);
    narrow_gradient_loop(parameters(x_RF, {g.rows, features}), features, g,
                         parameters(weight_FL, {features, g.width}));
}

void rectify_with_bias(const at::Tensor& v_RL, const at::Tensor& bias_L)
{
    const TileValues v = tile(v_RL);
    rectify_loop(v, parameters(bias_L, {v.width}));
}

void keep_where_positive(const at::Tensor& v_RL, const at::Tensor& g_RL, const at::Tensor& bias_L)
{
    const TileValues v = tile(v_RL);
    keep_positive_loop(v, beside(g_RL, v_RL), parameters(bias_L, {v.width}));
}

void add_to_rows(const at::Tensor& v_RL, const ObjectRange& range, const at::Tensor& sums_BL)
{
    const TileValues v = tile(v_RL);
    add_to_rows_loop(v, range, sums_of(sums_BL, v, range));
}

void spread_to_positive(const at::Tensor& v_RL, const ObjectRange& range, const at::Tensor& sums_BL,
                        const at::Tensor& g_RL, const at::Tensor& bias_L)
{
    const TileValues v = tile(v_RL);
    spread_loop(v, range, sums_of(sums_BL, v, range), beside(g_RL, v_RL),
                parameters(bias_L, {v.width}));
}

}  // namespace jetsmith::kernels
