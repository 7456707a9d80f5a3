// SPDX-License-Identifier: Apache-2.0
// Pixelation on the processor. Highway compiles this file once per SIMD target and picks one at
// run time. A jet adds to a tile of 32-bit units that stays in the cache; its image is a copy of
// the dark one, in which only the pixels that the jet touches are written.
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
#undef JETSMITH_UNROLL

#include "kernels/pixelate/pixelate_jet.inc"

/// The last steps on the units of some cells.
HWY_INLINE FloatLanes::Real finished(const PixelateArguments& a, FloatLanes::Real value,
                                     FloatLanes::Real mean, FloatLanes::Real inverse)
{
    if (a.transform != PixelTransform::none) value = transformed<FloatLanes>(a, value);
    return a.mean == nullptr ? value : (value - mean) * inverse;
}

/// Stores a register of pixels as float32 or, rounded to nearest even, as bfloat16.
HWY_INLINE void put(FloatLanes::Real value, float* to) { hn::StoreU(value, FloatLanes::tag, to); }

HWY_INLINE void put(FloatLanes::Real value, uint16_t* to)
{
    const hn::Rebind<uint32_t, FloatLanes::Tag> words;
    const hn::Rebind<int32_t, FloatLanes::Tag> signed_words;
    const hn::Rebind<uint16_t, FloatLanes::Tag> halves;
    const auto bits = hn::BitCast(words, value);
    const auto even = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 1));
    const auto rounded = hn::ShiftRight<16>(bits + even + hn::Set(words, 0x7FFF));
    hn::StoreU(hn::DemoteTo(halves, hn::BitCast(signed_words, rounded)), halves, to);
}

/// Fills the picture with the image of a jet without constituents.
template <class Out>
void darken(const PixelateArguments& a, JetScratch& s)
{
    const auto zero = hn::Zero(FloatLanes::tag);
    Out* picture = reinterpret_cast<Out*>(s.picture.data());
    for (size_t at = 0; at < static_cast<size_t>(s.cells); at += size_t(FloatLanes::lanes())) {
        const auto mean = a.mean ? hn::LoadU(FloatLanes::tag, a.mean + at) : zero;
        const auto inverse = a.mean ? hn::LoadU(FloatLanes::tag, a.inverse + at) : zero;
        put(finished(a, zero, mean, inverse), picture + at);
    }
    s.dark = s.picture;
}

/// Writes the touched cells of an image that is dark so far.
template <class Out>
HWY_INLINE void light(const PixelateArguments& a, const JetFrame& frame, JetScratch& s, Out* image)
{
    constexpr size_t kMost = FloatLanes::kMaxLanes;
    const size_t step = static_cast<size_t>(FloatLanes::lanes());
    const hn::Rebind<int32_t, FloatLanes::Tag> integers;
    HWY_ALIGN float unit_of[HWY_MAX(kPixelChannels, FloatLanes::kMaxLanes)] = {};
    for (int c = 0; c < a.channels; ++c) unit_of[c] = unit(a, frame, c);
    auto scale = hn::Set(FloatLanes::tag, unit_of[0]), mean = hn::Zero(FloatLanes::tag),
         inverse = mean;
    // The last register is filled up with the first cell.
    hn::StoreU(hn::Zero(integers), integers, s.touched.data() + s.touches);
    hn::StoreU(hn::Zero(integers), integers, s.channels.data() + s.touches);
    for (size_t first = 0; first < s.touches; first += step) {
        const int32_t* cells = s.touched.data() + first;
        const auto where = hn::LoadU(integers, cells);
        const auto units = hn::GatherIndex(integers, s.tile.data(), where);
        if (a.channels > 1)
            scale = hn::GatherIndex(FloatLanes::tag, unit_of,
                                    hn::LoadU(integers, s.channels.data() + first));
        if (a.mean) mean = hn::GatherIndex(FloatLanes::tag, a.mean, where);
        if (a.mean) inverse = hn::GatherIndex(FloatLanes::tag, a.inverse, where);
        HWY_ALIGN Out pixels[kMost];
        put(finished(a, hn::ConvertTo(FloatLanes::tag, units) * scale, mean, inverse), pixels);
        const size_t count = HWY_MIN(step, s.touches - first);
        for (size_t i = 0; i < count; ++i) image[cells[i]] = pixels[i];
    }
}

/// Copies an image; past the caches where kStream, whose stores want aligned addresses.
template <bool kStream>
HWY_INLINE void copy_image(const std::byte* from, size_t bytes, std::byte* to)
{
    const hn::ScalableTag<uint8_t> tag;
    const size_t step = hn::Lanes(tag);
    const size_t off = reinterpret_cast<uintptr_t>(to) % step;
    size_t at = HWY_MIN(off == 0 ? 0 : step - off, bytes);
    std::memcpy(to, from, at);
    const auto* source = reinterpret_cast<const uint8_t*>(from);
    auto* target = reinterpret_cast<uint8_t*>(to);
    for (; at + step <= bytes; at += step) {
        const auto v = hn::LoadU(tag, source + at);
        if constexpr (kStream) {
            hn::Stream(v, tag, target + at);
        } else {
            hn::Store(v, tag, target + at);
        }
    }
    std::memcpy(to + at, from + at, bytes - at);
}

template <class L>
HWY_INLINE bool find_units(const PixelateArguments& a, int64_t image, JetScratch& s,
                           JetFrame& frame)
{
    const int64_t first = a.offsets[a.rows[image]];
    const int count = static_cast<int>(a.offsets[a.rows[image] + 1] - first);
    JetLanes<L> jet(a.momenta + 4 * first, count, a.constituents - first, s);
    frame = find_frame(jet, a, image);
    fill(jet, a, frame);
    return count == 0 || jet.certain(a, frame);
}

HWY_INLINE void clear_units(JetScratch& s)
{
    for (size_t i = 0; i < s.touches; ++i) s.tile[static_cast<size_t>(s.touched[i])] = 0;
    s.touches = 0;
}

template <class Out>
HWY_INLINE void draw(const PixelateArguments& a, int64_t image, bool stream, JetScratch& s)
{
    JetFrame frame;
    // Float32 does all jets but those that it may draw wrongly.
    if (a.centre == JetCentre::hardest || !find_units<FloatLanes>(a, image, s, frame)) {
        clear_units(s);
        find_units<DoubleLanes>(a, image, s, frame);
    }
    const size_t bytes = static_cast<size_t>(s.cells) * sizeof(Out);
    auto* to = static_cast<std::byte*>(a.images) + static_cast<size_t>(image) * bytes;
    if (!stream) {
        copy_image<false>(s.dark.data(), bytes, to);
        light(a, frame, s, reinterpret_cast<Out*>(to));
    } else {
        Out* picture = reinterpret_cast<Out*>(s.picture.data());
        light(a, frame, s, picture);
        copy_image<true>(s.picture.data(), bytes, to);
        const Out* dark = reinterpret_cast<const Out*>(s.dark.data());
        for (size_t i = 0; i < s.touches; ++i) picture[s.touched[i]] = dark[s.touched[i]];
    }
    clear_units(s);
}

/// Asks for the constituents of a jet that comes soon: rows are random, so each is a cache miss.
HWY_INLINE void prefetch_jet(const PixelateArguments& a, int64_t image)
{
    constexpr int64_t kPerLine = 4, kMost = 128;
    const int64_t begin = a.offsets[a.rows[image]], end = a.offsets[a.rows[image] + 1];
    for (int64_t i = begin; i < HWY_MIN(end, begin + kMost); i += kPerLine)
        hwy::Prefetch(a.momenta + 4 * i);
}

void PixelateRows(const PixelateArguments& a, int64_t begin, int64_t end, bool stream,
                  JetScratch& s)
{
    a.bfloat16 ? darken<uint16_t>(a, s) : darken<float>(a, s);
    for (int64_t i = begin; i < end; ++i) {
        if (i + 4 < end) hwy::Prefetch(a.offsets + a.rows[i + 4]);
        if (i + 2 < end) prefetch_jet(a, i + 2);
        const int64_t count = a.offsets[a.rows[i] + 1] - a.offsets[a.rows[i]];
        s.reserve_constituents(static_cast<size_t>(count) + FloatLanes::kMaxLanes, a.channels);
        a.bfloat16 ? draw<uint16_t>(a, i, stream, s) : draw<float>(a, i, stream, s);
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
    scratch.reserve_tile(int64_t{a.height} * a.width * a.channels);
    HWY_DYNAMIC_DISPATCH(PixelateRows)(a, begin, end, stream, scratch);
}

}  // namespace jetsmith::kernels
#endif
