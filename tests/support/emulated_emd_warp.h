// SPDX-License-Identifier: Apache-2.0
// Runs kernels/emd/emd_warp.inc as emd.cu does, on machines without a GPU.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "core/host_device.h"
#include "kernels/emd/emd_arguments.h"
#include "tests/support/emulated_lane_math.h"
#include "tests/support/emulated_lanes.h"

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC push_options
#pragma GCC optimize("no-tree-pta")
#endif

namespace jetsmith::test::emd_warp {

using kernels::EmdArguments;
using kernels::EmdGround;
using kernels::EmdObject;
using kernels::EmdParticles;
using kernels::EmdStatus;
using kernels::kEmdObjects;
using kernels::kFastGap;

#define JETSMITH_WARP inline
#define JETSMITH_UNROLL
#include "kernels/emd/emd_warp.inc"
#undef JETSMITH_UNROLL
#undef JETSMITH_WARP

inline size_t elements(const Tally& tally)
{
    return static_cast<size_t>(tally.used()) / sizeof(std::max_align_t) + 1;
}

template <int Kept>
void emulate_pair(const EmdArguments& a, int64_t pair, const Shape<Kept>& shape)
{
    const bool stored = !recomputes_costs(a);
    Tally near_size, far_size;
    lay_out(shape, stored, near_size, far_size);
    std::vector<std::max_align_t> near_block(elements(near_size));
    std::vector<std::max_align_t> far_block(elements(far_size));
    Arena near(reinterpret_cast<char*>(near_block.data()));
    Arena far(reinterpret_cast<char*>(far_block.data()));
    const Scratch scratch = lay_out(shape, stored, near, far);
    if (stored)
        solve_pair<Kept, true>(a, pair, shape, scratch);
    else
        solve_pair<Kept, false>(a, pair, shape, scratch);
}

/// All pairs, each with the variant that the GPU uses for its size.
inline void emulate(const EmdArguments& a)
{
    for (int64_t pair = 0; pair < a.count; ++pair) {
        const int64_t i = a.pairs[2 * pair], j = a.pairs[2 * pair + 1];
        const int rows = groups_for(a, a.first.offsets[i + 1] - a.first.offsets[i]);
        const int columns = groups_for(a, a.second.offsets[j + 1] - a.second.offsets[j]);
        const int groups = std::max(rows, columns);
        switch (class_for(groups)) {
            case 0: emulate_pair<kept_by(0)>(a, pair, {}); break;
            case 1: emulate_pair<kept_by(1)>(a, pair, {}); break;
            case 2: emulate_pair<kept_by(2)>(a, pair, {}); break;
            default: emulate_pair<kept_by(3)>(a, pair, {groups, groups});
        }
    }
}

}  // namespace jetsmith::test::emd_warp

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC pop_options
#endif
