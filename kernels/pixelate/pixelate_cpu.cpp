// SPDX-License-Identifier: Apache-2.0
// Pixelation on the processor. Highway compiles this file once per SIMD target and picks one at
// run time. Jets go through the steps in blocks: while one waits for its sums and square roots, the
// next are at work.
#include <cstring>
#include <vector>

#include "core/host_device.h"
#include "core/random.h"
#include "kernels/pixelate/pixelate_cpu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/pixelate/pixelate_cpu.cpp"
#include <hwy/foreach_target.h>

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "kernels/pixelate/pixelate_lanes.inc"

HWY_BEFORE_NAMESPACE();
namespace jetsmith::kernels::HWY_NAMESPACE {

#define JETSMITH_UNROLL
#include "kernels/pixelate/pixelate_math.inc"
// in this order
#include "kernels/pixelate/pixelate_frame.inc"
#undef JETSMITH_UNROLL

#include "kernels/pixelate/pixelate_image.inc"
#include "kernels/pixelate/pixelate_jet.inc"

constexpr int64_t kBlock = 16;

/// The jets of consecutive images.
struct JetBlock {
    int64_t image, jets;
    int channels;
    bool stream;
    const float* momenta[kBlock];
    int64_t readable[kBlock];
    int count[kBlock];
    size_t first[kBlock];  ///< of its constituents in the scratch
    size_t end;            ///< of those of all jets
    JetFrame frames[kBlock];
    bool certain[kBlock];  ///< float32 decides about its pixels as double would

    HWY_INLINE JetLanes<FloatLanes> jet(int64_t i, JetScratch& s) const
    {
        return {momenta[i], count[i], readable[i], channels, s, first[i]};
    }
};

HWY_INLINE JetBlock block_at(const PixelateArguments& a, int64_t image, int64_t end, JetScratch& s)
{
    JetBlock block;
    block.image = image;
    block.channels = a.channels;
    block.jets = HWY_MIN(kBlock, end - image);
    block.end = 0;
    size_t most = 0;
    for (int64_t i = 0; i < block.jets; ++i) {
        const int64_t first = a.offsets[a.rows[image + i]];
        const auto count = static_cast<size_t>(a.offsets[a.rows[image + i] + 1] - first);
        block.momenta[i] = a.momenta + 4 * first;
        block.readable[i] = a.constituents - first;
        block.count[i] = static_cast<int>(count);
        block.first[i] = block.end;
        block.end += hwy::RoundUpTo(count, FloatLanes::kMaxLanes);
        most = HWY_MAX(most, count);
    }
    s.reserve_constituents(block.end + most + FloatLanes::kMaxLanes, a.channels);
    return block;
}

/// Asks for constituents of a jet that comes soon: rows are random, so each cache line is a miss,
/// and only so many can be under way. Most jets end within three parts.
constexpr int kParts = 3;

HWY_INLINE void prefetch_part(const float* momenta, int part)
{
    constexpr int kLines = 6, kFloatsPerLine = 16;
    for (int line = 0; line < kLines; ++line)
        hwy::Prefetch(momenta + (part * kLines + line) * kFloatsPerLine);
}

HWY_INLINE void prefetch_part(const PixelateArguments& a, int64_t image, int part)
{
    if (image < a.jets) prefetch_part(a.momenta + 4 * a.offsets[a.rows[image]], part);
}

/// One jet in double.
template <class Out>
HWY_NOINLINE void draw_exactly(const PixelateArguments& a, const JetBlock& block, int64_t i,
                               JetScratch& s)
{
    JetLanes<DoubleLanes> jet(block.momenta[i], block.count[i], block.readable[i], a.channels, s,
                              block.end);
    const JetFrame frame = find_frame(jet, a, block.image + i);
    fill(jet, a, frame);
    write_image<Out>(a, block.image + i, frame, jet.additions(), block.stream, s);
}

/// All steps up to cells and units, in float32.
HWY_FLATTEN void place_block(const PixelateArguments& a, JetBlock& block, JetScratch& s)
{
    for (int64_t i = 0; i < block.jets; ++i) {
        auto jet = block.jet(i, s);
        for (int part = 0; part < kParts; ++part) prefetch_part(a, block.image + i + 2, part);
        block.frames[i] = find_reference(jet, a);
        block.certain[i] = jet.held();
    }
    for (int64_t i = 0; i < block.jets; ++i) {
        auto jet = block.jet(i, s);
        prefetch_part(a, block.image + kBlock + i, 0);
        find_centre_and_axis(jet, a, block.frames[i]);
    }
    for (int64_t i = 0; i < block.jets; ++i) {
        auto jet = block.jet(i, s);
        prefetch_part(a, block.image + kBlock + i, 1);
        find_orientation(jet, a, block.image + i, block.frames[i]);
    }
    for (int64_t i = 0; i < block.jets; ++i) {
        auto jet = block.jet(i, s);
        prefetch_part(a, block.image + kBlock + i, 2);
        fill(jet, a, block.frames[i]);
        block.certain[i] = block.certain[i] && jet.certain(a, block.frames[i]);
    }
}

template <class Out>
HWY_FLATTEN void draw(const PixelateArguments& a, JetBlock& block, JetScratch& s)
{
    const bool exact = a.centre == JetCentre::hardest;  // which lies on an edge or close to it
    if (!exact) place_block(a, block, s);
    for (int64_t i = 0; i < block.jets; ++i) {
        const int64_t soon = block.image + 2 * kBlock + i;
        if (soon < a.jets) hwy::Prefetch(a.offsets + a.rows[soon]);
        if (exact || !block.certain[i]) {
            draw_exactly<Out>(a, block, i, s);
        } else {
            const auto additions = block.jet(i, s).additions();
            write_image<Out>(a, block.image + i, block.frames[i], additions, block.stream, s);
        }
    }
}

void PixelateRows(const PixelateArguments& a, int64_t begin, int64_t end, bool stream,
                  JetScratch& s)
{
    if (a.mean) a.bfloat16 ? prepare_dark<uint16_t>(a, s) : prepare_dark<float>(a, s);
    for (int64_t image = begin; image < end; image += kBlock) {
        JetBlock block = block_at(a, image, end, s);
        block.stream = stream;
        a.bfloat16 ? draw<uint16_t>(a, block, s) : draw<float>(a, block, s);
    }
    if (stream) hwy::FlushStream();
}

}  // namespace jetsmith::kernels::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace jetsmith::kernels {

HWY_EXPORT(PixelateRows);

void pixelate_rows(const PixelateArguments& a, int64_t begin, int64_t end, bool stream)
{
    thread_local JetScratch scratch;
    scratch.reserve_image(int64_t{a.height} * a.width, a.channels);
    HWY_DYNAMIC_DISPATCH(PixelateRows)(a, begin, end, stream, scratch);
}

}  // namespace jetsmith::kernels
#endif
