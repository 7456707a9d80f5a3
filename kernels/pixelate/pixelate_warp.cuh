// SPDX-License-Identifier: Apache-2.0
// The warp as pixelate_frame.inc sees it: 32 lanes of doubles, shuffles, integer atomics.
#pragma once

#include <cuda_runtime.h>

#include "core/host_device.h"
#include "core/random.h"
#include "kernels/pixelate/pixelate_arguments.h"

namespace jetsmith::kernels {
namespace {

#define JETSMITH_UNROLL _Pragma("unroll")
#include "kernels/pixelate/pixelate_math.inc"
// in this order
#include "kernels/pixelate/pixelate_frame.inc"

constexpr int kLanes = 32;
constexpr unsigned kAll = 0xffffffffu;

template <class T>
struct Lane {
    using Real = T;
    using Mask = bool;
    using Wide = double;
    static __device__ double wide(T v) { return v; }
    static __device__ T all(double v) { return static_cast<T>(v); }
    static __device__ double rounded(double v) { return static_cast<T>(v); }
    static __device__ T fma(T a, T b, T c) { return ::fma(a, b, c); }
    static __device__ T sqrt(T v) { return ::sqrt(v); }
    static __device__ T abs(T v) { return ::fabs(v); }
    static __device__ T floor(T v) { return ::floor(v); }
    static __device__ T log(T v) { return ::log(v); }
    static __device__ T log1p(T v) { return ::log1p(v); }
    static __device__ T sin(T v) { return ::sin(v); }
    static __device__ T cos(T v) { return ::cos(v); }
    static __device__ T atan2(T y, T x) { return ::atan2(y, x); }
    static __device__ T with_sign(T v, T sign) { return ::copysign(v, sign); }
    static __device__ T choose(bool m, T a, T b) { return m ? a : b; }
    static __device__ bool both(bool a, bool b) { return a && b; }
};

/// One jet on one warp. Kept: constituents per lane in registers; 0 keeps none.
template <int Kept>
class Warp {
  public:
    using Ops = Lane<double>;
    using ScalarOps = Lane<double>;
    static constexpr int kMaxSteps = Kept > 0 ? Kept : 1 << 30;

    __device__ Warp(const float* momenta, int count, int channels, int* tile)
        : momenta_(momenta),
          count_(count),
          channels_(channels),
          lane_(threadIdx.x % kLanes),
          tile_(tile)
    {
    }
    __device__ int steps() const { return (count_ + kLanes - 1) / kLanes; }
    __device__ double index(int k) const { return k * kLanes + lane_; }

    __device__ Momenta<double> momenta(int k) const
    {
        const int i = k * kLanes + lane_;
        if (i >= count_) return {0, 0, 0, 0};
        const float* p = momenta_ + 4 * static_cast<int64_t>(i);
        return {p[0], p[1], p[2], p[3]};
    }
    __device__ Points<double> locate(int k)
    {
        const auto p = kernels::locate<Ops>(momenta(k));
        if constexpr (Kept > 0) kept_[k] = p;
        return p;
    }
    /// Turns what is kept into differences to the reference.
    __device__ Points<double> refer(int k, const JetFrame& f)
    {
        if constexpr (Kept > 0) return kept_[k] = referred<Ops>(kept_[k], f);
        return relative(k, f);
    }
    __device__ Points<double> relative(int k, const JetFrame& f) const
    {
        if constexpr (Kept > 0)
            return kept_[k];
        else
            return referred<Ops>(kernels::locate<Ops>(momenta(k)), f);
    }
    /// The same bits in every lane: the butterfly adds in a fixed tree.
    __device__ double sum(double v) const
    {
        for (int other = kLanes / 2; other > 0; other /= 2) v += __shfl_xor_sync(kAll, v, other);
        return v;
    }
    __device__ double tally(double v) const { return sum(v); }
    __device__ Hardest hardest(double pt, double eta, double phi, double index) const
    {
        for (int other = kLanes / 2; other > 0; other /= 2) {
            const double its_pt = __shfl_xor_sync(kAll, pt, other);
            const double its_eta = __shfl_xor_sync(kAll, eta, other);
            const double its_phi = __shfl_xor_sync(kAll, phi, other);
            const double its_index = __shfl_xor_sync(kAll, index, other);
            if (its_pt < pt || (its_pt == pt && its_index >= index)) continue;
            pt = its_pt, eta = its_eta, phi = its_phi, index = its_index;
        }
        return {pt, eta, phi};
    }
    __device__ void note_edges(double, double, double) {}
    __device__ int pixels(bool inside, double pixel) const
    {
        return inside ? static_cast<int>(pixel) : 0;
    }
    __device__ void add(bool inside, int pixel, double amount, int, int channel)
    {
        if (inside) atomicAdd(tile_ + pixel * channels_ + channel, static_cast<int>(amount));
    }

  private:
    const float* momenta_;
    int count_, channels_, lane_;
    int* tile_;
    Points<double> kept_[Kept > 0 ? Kept : 1];
};

}  // namespace
}  // namespace jetsmith::kernels
