// SPDX-License-Identifier: Apache-2.0
// Bits of floating-point numbers by the size of the integer that holds them: 2 bytes bfloat16, 4
// float32, 8 float64.
#pragma once

#include <cstdint>

#include "core/host_device.h"

namespace jetsmith::kernels {

template <class Bits>
struct FloatBits;
template <>
struct FloatBits<uint16_t> {
    static constexpr uint16_t magnitude = 0x7FFF, infinity = 0x7F80;
};
template <>
struct FloatBits<uint32_t> {
    static constexpr uint32_t magnitude = 0x7FFF'FFFF, infinity = 0x7F80'0000;
};
template <>
struct FloatBits<uint64_t> {
    static constexpr uint64_t magnitude = 0x7FFF'FFFF'FFFF'FFFF, infinity = 0x7FF0'0000'0000'0000;
};

/// True for NaN and the infinities of both signs.
template <class Bits>
JETSMITH_HD bool not_finite(Bits bits)
{
    return (bits & FloatBits<Bits>::magnitude) >= FloatBits<Bits>::infinity;
}

}  // namespace jetsmith::kernels
