// SPDX-License-Identifier: Apache-2.0
// Highway compiles this file once per SIMD target and picks one at run time.
#include "analysis/least_sums.h"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "analysis/least_sums.cpp"
#include <hwy/foreach_target.h>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace jetsmith::analysis::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Sum s of lane s of every eight values; narrow vectors pass over the values several times.
void LeastLanes(const float* tried, const float* near, const float* far, int64_t count,
                double* near_8, double* far_8)
{
    const hn::CappedTag<double, 8> wide;
    const hn::Rebind<float, decltype(wide)> narrow;
    for (size_t lane = 0; lane < 8; lane += hn::Lanes(wide)) {
        auto near_sum = hn::Zero(wide), far_sum = hn::Zero(wide);
        for (auto i = static_cast<int64_t>(lane); i < count; i += 8) {
            const auto t = hn::LoadU(narrow, tried + i);
            const auto n = hn::Min(t, hn::LoadU(narrow, near + i));
            const auto f = hn::Min(t, hn::LoadU(narrow, far + i));
            near_sum = hn::Add(near_sum, hn::PromoteTo(wide, n));
            far_sum = hn::Add(far_sum, hn::PromoteTo(wide, f));
        }
        hn::StoreU(near_sum, wide, near_8 + lane);
        hn::StoreU(far_sum, wide, far_8 + lane);
    }
}

}  // namespace jetsmith::analysis::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::analysis {

HWY_EXPORT(LeastLanes);

LeastSums least_sums(const float* tried, const float* near, const float* far, int64_t count)
{
    const int64_t whole = count / 8 * 8;
    double near_8[8], far_8[8];
    HWY_DYNAMIC_DISPATCH(LeastLanes)(tried, near, far, whole, near_8, far_8);
    LeastSums sums;
    for (int lane = 0; lane < 8; ++lane) sums.near += near_8[lane], sums.far += far_8[lane];
    for (int64_t i = whole; i < count; ++i) {
        sums.near += std::min(tried[i], near[i]);
        sums.far += std::min(tried[i], far[i]);
    }
    return sums;
}

}  // namespace jetsmith::analysis
#endif
