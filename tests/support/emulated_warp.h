// SPDX-License-Identifier: Apache-2.0
// A GPU warp in plain C++: 32 doubles where a lane has one, shuffles as array reads. Runs the text
// of kernels/pixelate/pixelate_frame.inc as pixelate.cu does, on machines without a GPU.
#pragma once

#include <array>
#include <cmath>
#include <vector>

#include "core/host_device.h"
#include "core/random.h"
#include "kernels/pixelate/pixelate_arguments.h"

namespace jetsmith::test::warp {

using kernels::JetCentre;
using kernels::kPixelChannels;
using kernels::PixelateArguments;
using kernels::PixelChannel;
using kernels::PixelTransform;

constexpr int kLanes = 32;

template <typename T>
struct PerLane {
    std::array<T, kLanes> lane{};
};
using Doubles = PerLane<double>;
using Bools = PerLane<bool>;

template <typename Result, typename F, typename... Args>
PerLane<Result> each(const F& f, const Args&... args)
{
    PerLane<Result> out;
    for (size_t i = 0; i < kLanes; ++i) out.lane[i] = f(args.lane[i]...);
    return out;
}

inline Doubles operator+(const Doubles& a, const Doubles& b)
{
    return each<double>(std::plus<>(), a, b);
}
inline Doubles operator-(const Doubles& a, const Doubles& b)
{
    return each<double>(std::minus<>(), a, b);
}
inline Doubles operator*(const Doubles& a, const Doubles& b)
{
    return each<double>(std::multiplies<>(), a, b);
}
inline Doubles operator/(const Doubles& a, const Doubles& b)
{
    return each<double>(std::divides<>(), a, b);
}
inline Bools operator<(const Doubles& a, const Doubles& b)
{
    return each<bool>(std::less<>(), a, b);
}
inline Bools operator>(const Doubles& a, const Doubles& b)
{
    return each<bool>(std::greater<>(), a, b);
}
inline Bools operator<=(const Doubles& a, const Doubles& b)
{
    return each<bool>(std::less_equal<>(), a, b);
}
inline Bools operator>=(const Doubles& a, const Doubles& b)
{
    return each<bool>(std::greater_equal<>(), a, b);
}

inline Bools operator==(const Doubles& a, const Doubles& b)
{
    return each<bool>(std::equal_to<>(), a, b);
}

struct WarpOps {
    using Real = Doubles;
    using Mask = Bools;
    using Wide = Doubles;
    static Wide wide(const Real& v) { return v; }
    static double rounded(double v) { return v; }
    static Real all(double v)
    {
        return each<double>([v](double) { return v; }, Doubles());
    }
    static Real fma(const Real& a, const Real& b, const Real& c)
    {
        return each<double>([](double x, double y, double z) { return std::fma(x, y, z); }, a, b,
                            c);
    }
    static Real sqrt(const Real& v)
    {
        return each<double>([](double x) { return std::sqrt(x); }, v);
    }
    static Real abs(const Real& v)
    {
        return each<double>([](double x) { return std::fabs(x); }, v);
    }
    static Real floor(const Real& v)
    {
        return each<double>([](double x) { return std::floor(x); }, v);
    }
    static Real log(const Real& v)
    {
        return each<double>([](double x) { return std::log(x); }, v);
    }
    static Real atan2(const Real& y, const Real& x)
    {
        return each<double>([](double a, double b) { return std::atan2(a, b); }, y, x);
    }
    static Real with_sign(const Real& v, const Real& s)
    {
        return each<double>([](double a, double b) { return std::copysign(a, b); }, v, s);
    }
    static Real choose(const Mask& m, const Real& a, const Real& b)
    {
        return each<double>([](bool yes, double x, double y) { return yes ? x : y; }, m, a, b);
    }
    static Mask both(const Mask& a, const Mask& b)
    {
        return each<bool>(std::logical_and<>(), a, b);
    }
};

struct OneLane {
    using Real = double;
    using Mask = bool;
    static double all(double v) { return v; }
    static double rounded(double v) { return v; }
    static double fma(double a, double b, double c) { return std::fma(a, b, c); }
    static double sqrt(double v) { return std::sqrt(v); }
    static double abs(double v) { return std::fabs(v); }
    static double log(double v) { return std::log(v); }
    static double sin(double v) { return std::sin(v); }
    static double cos(double v) { return std::cos(v); }
    static double atan2(double y, double x) { return std::atan2(y, x); }
    static double with_sign(double v, double s) { return std::copysign(v, s); }
    static double choose(bool m, double a, double b) { return m ? a : b; }
};

#define JETSMITH_UNROLL
#include "kernels/pixelate/pixelate_math.inc"
// in this order
#include "kernels/pixelate/pixelate_frame.inc"
#undef JETSMITH_UNROLL

/// One jet; the tile is the warp's shared memory.
class EmulatedWarp {
  public:
    using Ops = WarpOps;
    using ScalarOps = OneLane;
    static constexpr int kMaxSteps = 1 << 30;

    EmulatedWarp(const float* momenta, int count, int64_t cells, int channels)
        : tile(static_cast<size_t>(cells)), momenta_(momenta), count_(count), channels_(channels)
    {
    }
    int steps() const { return (count_ + kLanes - 1) / kLanes; }
    Doubles index(int k) const
    {
        Doubles out;
        for (int i = 0; i < kLanes; ++i) out.lane[size_t(i)] = k * kLanes + i;
        return out;
    }
    Momenta<Doubles> momenta(int k) const
    {
        Momenta<Doubles> out;
        for (size_t i = 0; i < kLanes && k * kLanes + int(i) < count_; ++i) {
            const float* p = momenta_ + 4 * (k * kLanes + int(i));
            out.energy.lane[i] = p[0], out.x.lane[i] = p[1];
            out.y.lane[i] = p[2], out.z.lane[i] = p[3];
        }
        return out;
    }
    Points<Doubles> locate(int k) { return warp::locate<Ops>(momenta(k)); }
    Points<Doubles> refer(int k, const JetFrame& f) const { return relative(k, f); }
    Points<Doubles> relative(int k, const JetFrame& f) const
    {
        return referred<Ops>(warp::locate<Ops>(momenta(k)), f);
    }
    /// The butterfly of __shfl_xor_sync.
    double sum(Doubles v) const
    {
        for (size_t other = kLanes / 2; other > 0; other /= 2) {
            const Doubles before = v;
            for (size_t i = 0; i < kLanes; ++i) v.lane[i] += before.lane[i ^ other];
        }
        return v.lane[0];
    }
    double tally(const Doubles& v) const { return sum(v); }
    Hardest hardest(const Doubles& pt, const Doubles& eta, const Doubles& phi,
                    const Doubles& index) const
    {
        size_t best = 0;
        for (size_t i = 1; i < kLanes; ++i)
            if (pt.lane[i] > pt.lane[best] ||
                (pt.lane[i] == pt.lane[best] && index.lane[i] < index.lane[best]))
                best = i;
        return {pt.lane[best], eta.lane[best], phi.lane[best]};
    }
    void note_edges(const Doubles&, const Doubles&, const Doubles&) {}
    const Doubles& pixels(const Bools&, const Doubles& pixel) const { return pixel; }
    void add(const Bools& inside, const Doubles& pixel, const Doubles& amount, int, int channel)
    {
        for (size_t i = 0; i < kLanes; ++i)
            if (inside.lane[i])
                tile.at(size_t(pixel.lane[i]) * size_t(channels_) + size_t(channel)) +=
                    int32_t(amount.lane[i]);
    }

    std::vector<int32_t> tile;

  private:
    const float* momenta_;
    int count_, channels_;
};

}  // namespace jetsmith::test::warp
