// SPDX-License-Identifier: Apache-2.0
// Pixelation on the processor. Highway compiles this file once per SIMD target and picks one at
// run time. A jet goes through a tile of 32-bit units that stays in the cache.
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

/// One jet, as many constituents at a time as a register holds doubles.
class JetLanes {
  public:
    using Ops = DoubleLanes;
    using ScalarOps = OneDouble;
    using Real = Ops::Real;
    static constexpr int kMaxSteps = 1 << 30;

    /// readable: constituents that may be read from `momenta` on, those of later jets included.
    JetLanes(const float* momenta, int count, int64_t readable, JetScratch& scratch)
        : momenta_(momenta), count_(count), readable_(readable), s_(scratch)
    {
    }

    int steps() const { return (count_ + Ops::lanes() - 1) / Ops::lanes(); }
    Real index(int k) const { return hn::Iota(Ops::tag, static_cast<double>(k * Ops::lanes())); }
    double sum(Real v) const { return hn::GetLane(hn::SumOfLanes(Ops::tag, v)); }

    Momenta<Real> momenta(int k) const
    {
        const int first = k * Ops::lanes();
        const float* from = momenta_ + 4 * int64_t{first};
        HWY_ALIGN float tail[4 * Ops::kMaxLanes] = {};
        if (first + Ops::lanes() > readable_) {
            std::memcpy(tail, from, static_cast<size_t>(readable_ - first) * 4 * sizeof(float));
            from = tail;
        }
        const hn::Rebind<float, Ops::Tag> narrow;
        hn::Vec<decltype(narrow)> e, x, y, z;
        hn::LoadInterleaved4(narrow, from, e, x, y, z);
        const auto mine = hn::FirstN(Ops::tag, static_cast<size_t>(count_ - first));
        return {hn::PromoteTo(Ops::tag, e), hn::IfThenElseZero(mine, hn::PromoteTo(Ops::tag, x)),
                hn::IfThenElseZero(mine, hn::PromoteTo(Ops::tag, y)), hn::PromoteTo(Ops::tag, z)};
    }

    Points<Real> locate(int k)
    {
        const auto p = HWY_NAMESPACE::locate<Ops>(momenta(k));
        const int at = k * Ops::lanes();
        hn::StoreU(p.pt, Ops::tag, s_.pt.data() + at);
        hn::StoreU(p.eta, Ops::tag, s_.eta.data() + at);
        hn::StoreU(p.phi, Ops::tag, s_.phi.data() + at);
        return p;
    }

    Points<Real> relative(int k, double reference) const
    {
        const int at = k * Ops::lanes();
        return {hn::LoadU(Ops::tag, s_.pt.data() + at), hn::LoadU(Ops::tag, s_.eta.data() + at),
                delta_phi<Ops>(hn::LoadU(Ops::tag, s_.phi.data() + at), Ops::all(reference))};
    }

    Hardest hardest(Real pt, Real eta, Real phi, Real index) const
    {
        HWY_ALIGN double of[4][Ops::kMaxLanes];
        hn::Store(pt, Ops::tag, of[0]);
        hn::Store(eta, Ops::tag, of[1]);
        hn::Store(phi, Ops::tag, of[2]);
        hn::Store(index, Ops::tag, of[3]);
        int best = 0;
        for (int i = 1; i < Ops::lanes(); ++i)
            if (of[0][i] > of[0][best] || (of[0][i] == of[0][best] && of[3][i] < of[3][best]))
                best = i;
        return {of[0][best], of[1][best], of[2][best]};
    }

    void add(Ops::Mask inside, Real cell, Real amount)
    {
        const hn::Rebind<int32_t, Ops::Tag> integers;
        HWY_ALIGN int32_t cells[Ops::kMaxLanes], amounts[Ops::kMaxLanes];
        const Real nowhere = Ops::all(static_cast<double>(s_.cells));
        hn::Store(hn::DemoteTo(integers, Ops::choose(inside, cell, nowhere)), integers, cells);
        // The cell outside gets zeros: the amounts of constituents that are no momenta overflow it.
        hn::Store(hn::DemoteTo(integers, hn::IfThenElseZero(inside, amount)), integers, amounts);
        for (int i = 0; i < Ops::lanes(); ++i) s_.tile[static_cast<size_t>(cells[i])] += amounts[i];
    }

  private:
    const float* momenta_;
    int count_;
    int64_t readable_;
    JetScratch& s_;
};

/// Values of a register of pixels from their units, and zeros in their place.
HWY_INLINE FloatLanes::Real take_pixels(const PixelateArguments& a, JetScratch& s, size_t at,
                                        size_t phase)
{
    const hn::Rebind<int32_t, FloatLanes::Tag> integers;
    int32_t* units = s.tile.data() + at;
    const auto scale = hn::LoadU(FloatLanes::tag, s.units.data() + phase);
    auto value = hn::ConvertTo(FloatLanes::tag, hn::LoadU(integers, units)) * scale;
    hn::StoreU(hn::Zero(integers), integers, units);
    if (a.transform != PixelTransform::none) value = transformed<FloatLanes>(a, value);
    if (a.mean != nullptr)
        value = (value - hn::LoadU(FloatLanes::tag, a.mean + at)) *
                hn::LoadU(FloatLanes::tag, a.inverse + at);
    return value;
}

/// Stores a register of pixels as float32 or, rounded to nearest even, as bfloat16.
template <bool kStream>
HWY_INLINE void put(FloatLanes::Real value, float* to)
{
    if constexpr (kStream) {
        hn::Stream(value, FloatLanes::tag, to);
    } else {
        hn::StoreU(value, FloatLanes::tag, to);
    }
}

template <bool kStream>
HWY_INLINE void put(FloatLanes::Real value, uint16_t* to)
{
    const hn::Rebind<uint32_t, FloatLanes::Tag> words;
    const hn::Rebind<int32_t, FloatLanes::Tag> signed_words;
    const hn::Rebind<uint16_t, FloatLanes::Tag> halves;
    const auto bits = hn::BitCast(words, value);
    const auto even = hn::And(hn::ShiftRight<16>(bits), hn::Set(words, 1));
    const auto rounded = hn::ShiftRight<16>(bits + even + hn::Set(words, 0x7FFF));
    const auto narrow = hn::DemoteTo(halves, hn::BitCast(signed_words, rounded));
    if constexpr (kStream) {
        hn::Stream(narrow, halves, to);
    } else {
        hn::StoreU(narrow, halves, to);
    }
}

/// A register that only partly belongs to the image: `count` pixels from `at` on.
template <class Out>
HWY_INLINE void put_part(const PixelateArguments& a, JetScratch& s, size_t at, size_t phase,
                         size_t count, Out* to)
{
    // take_pixels clears whole registers; what lies beyond `count` has to survive.
    int32_t* units = s.tile.data() + at;
    int32_t kept[FloatLanes::kMaxLanes];
    std::memcpy(kept, units, sizeof kept);
    Out values[FloatLanes::kMaxLanes];
    put<false>(take_pixels(a, s, at, phase), values);
    std::memcpy(to, values, count * sizeof(Out));
    std::memcpy(units + count, kept + count, sizeof kept - count * sizeof(int32_t));
}

/// Writes one image and clears the tile. Streaming stores want aligned addresses, and images of 37
/// x 37 pixels begin anywhere: a part before and a part behind go through the cache.
template <class Out, bool kStream>
void write_image(const PixelateArguments& a, JetScratch& s, Out* image)
{
    const size_t cells = static_cast<size_t>(s.cells), channels = static_cast<size_t>(a.channels);
    const size_t step = static_cast<size_t>(FloatLanes::lanes());
    const size_t aligned = step * sizeof(Out);
    const size_t off = reinterpret_cast<uintptr_t>(image) % aligned;
    size_t at = kStream && off != 0 ? (aligned - off) / sizeof(Out) : 0;
    at = HWY_MIN(at, cells);
    if (at != 0) put_part(a, s, 0, 0, at, image);
    size_t phase = at % channels;
    const size_t advance = step % channels;
    for (; at + step <= cells; at += step) {
        put<kStream>(take_pixels(a, s, at, phase), image + at);
        phase += advance;
        if (phase >= channels) phase -= channels;
    }
    if (at < cells) put_part(a, s, at, phase, cells - at, image + at);
    s.tile[cells] = 0;
}

/// Intensity of a unit for each lane, channel by channel, from any channel on.
HWY_INLINE void set_units(const PixelateArguments& a, const JetFrame& frame, JetScratch& s)
{
    float units[kPixelChannels] = {};
    for (int c = 0; c < a.channels; ++c) units[c] = unit(a, frame, c);
    const int wanted = FloatLanes::lanes() + kPixelChannels;
    for (int i = 0, c = 0; i < wanted; ++i) {
        s.units[static_cast<size_t>(i)] = units[c];
        c = c + 1 == a.channels ? 0 : c + 1;
    }
}

template <class Out>
void write_image(const PixelateArguments& a, JetScratch& s, int64_t image, bool stream)
{
    Out* to = static_cast<Out*>(a.images) + image * s.cells;
    stream ? write_image<Out, true>(a, s, to) : write_image<Out, false>(a, s, to);
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
    for (int64_t i = begin; i < end; ++i) {
        if (i + 4 < end) hwy::Prefetch(a.offsets + a.rows[i + 4]);
        if (i + 2 < end) prefetch_jet(a, i + 2);
        const int64_t first = a.offsets[a.rows[i]];
        const int count = static_cast<int>(a.offsets[a.rows[i] + 1] - first);
        s.reserve_constituents(static_cast<size_t>(count) + DoubleLanes::kMaxLanes);
        JetLanes jet(a.momenta + 4 * first, count, a.constituents - first, s);
        const JetFrame frame = find_frame(jet, a, i);
        fill(jet, a, frame);
        set_units(a, frame, s);
        a.bfloat16 ? write_image<uint16_t>(a, s, i, stream) : write_image<float>(a, s, i, stream);
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
