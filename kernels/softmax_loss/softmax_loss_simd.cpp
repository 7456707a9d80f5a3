// SPDX-License-Identifier: Apache-2.0
// Highway compiles this file once per SIMD target and picks one at run time. A register holds one
// class of several rows.
#include "kernels/softmax_loss/softmax_loss_simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/softmax_loss/softmax_loss_simd.cpp"
#include <hwy/foreach_target.h>

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes = hn::CappedTag<float, 16>;
using Real = hn::Vec<Lanes>;
constexpr Lanes kTag;
constexpr int64_t kLanes = hn::MaxLanes(kTag);

/// Some rows, and numbers of each of them.
struct RowBlock {
    int64_t first, rows;
    HWY_ALIGN float largest[kLanes];  ///< logit
    HWY_ALIGN float sum[kLanes];      ///< of exp(z_c - largest)
    HWY_ALIGN float log_sum[kLanes];
    HWY_ALIGN float spread[kLanes];  ///< sum of z_c - largest
};

/// Class c of the rows of a block; the last row stands for those behind it.
HWY_INLINE Real logits_of(const SoftmaxLossArguments& a, const RowBlock& block, int64_t c)
{
    HWY_ALIGN float column[kLanes];
    for (int64_t i = 0; i < kLanes; ++i)
        column[i] = a.logits[(block.first + HWY_MIN(i, block.rows - 1)) * a.classes + c];
    return hn::Load(kTag, column);
}

/// exp, but NaN stays, and what is lost beside 1 becomes 0: gradients so small would end as
/// denormal numbers in the layers below, with which processors reckon a hundred times slower.
HWY_INLINE Real exponential(Real v)
{
    constexpr float kLost = -44;
    const Real e = hn::IfThenZeroElse(hn::Lt(v, hn::Set(kTag, kLost)), hn::Exp(kTag, v));
    return hn::IfThenElse(hn::IsNaN(v), v, e);
}

/// Fills the numbers of a block; a.gradient becomes exp(z_c - largest).
HWY_INLINE void sum_up(const SoftmaxLossArguments& a, RowBlock& block)
{
    Real largest = logits_of(a, block, 0);
    for (int64_t c = 1; c < a.classes; ++c) largest = hn::Max(largest, logits_of(a, block, c));
    Real sum = hn::Zero(kTag), spread = hn::Zero(kTag);
    for (int64_t c = 0; c < a.classes; ++c) {
        const Real z = logits_of(a, block, c) - largest;
        const Real e = exponential(z);
        sum = sum + e;
        spread = spread + z;
        if (a.gradient == nullptr) continue;
        HWY_ALIGN float column[kLanes];
        hn::Store(e, kTag, column);
        for (int64_t i = 0; i < block.rows; ++i)
            a.gradient[(block.first + i) * a.classes + c] = column[i];
    }
    hn::Store(largest, kTag, block.largest);
    hn::Store(sum, kTag, block.sum);
    hn::Store(hn::IfThenElse(hn::IsNaN(sum), sum, hn::Log(kTag, sum)), kTag, block.log_sum);
    hn::Store(spread, kTag, block.spread);
}

/// The gradient of a row with a label from exp(z_c - largest).
HWY_INLINE void finish_gradient(const SoftmaxLossArguments& a, int64_t row, float sum, float* e)
{
    const auto factor = static_cast<float>(a.weights[row] / a.weight_sum);
    const float scale = factor / sum;
    const auto shared = static_cast<float>(a.smoothing / static_cast<double>(a.classes)) * factor;
    for (int64_t c = 0; c < a.classes; ++c) e[c] = e[c] * scale - shared;
    e[a.labels[row]] -= static_cast<float>(1 - a.smoothing) * factor;
}

/// l_b of row i of a block, which has a label.
HWY_INLINE double row_loss(const SoftmaxLossArguments& a, const RowBlock& block, int64_t i)
{
    const int64_t row = block.first + i;
    const double z =
        static_cast<double>(a.logits[row * a.classes + a.labels[row]]) - block.largest[i];
    const double loss = block.log_sum[i] - (1 - a.smoothing) * z;
    if (a.smoothing == 0) return loss;  // a logit of minus infinity is no part of it
    return loss - a.smoothing / static_cast<double>(a.classes) * block.spread[i];
}

double SoftmaxLoss(const SoftmaxLossArguments& a)
{
    double loss = 0;
    RowBlock block;
    for (block.first = 0; block.first < a.rows; block.first += kLanes) {
        block.rows = HWY_MIN(kLanes, a.rows - block.first);
        sum_up(a, block);
        for (int64_t i = 0; i < block.rows; ++i) {
            const int64_t row = block.first + i;
            float* gradient = a.gradient ? a.gradient + row * a.classes : nullptr;
            if (a.labels[row] < 0) {
                for (int64_t c = 0; gradient && c < a.classes; ++c) gradient[c] = 0;
                continue;
            }
            loss += a.weights[row] * row_loss(a, block, i);
            if (gradient) finish_gradient(a, row, block.sum[i], gradient);
        }
    }
    return loss;
}

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::kernels {

HWY_EXPORT(SoftmaxLoss);

double softmax_loss_loop(const SoftmaxLossArguments& arguments)
{
    return HWY_DYNAMIC_DISPATCH(SoftmaxLoss)(arguments);
}

}  // namespace jetsmith::kernels
#endif
