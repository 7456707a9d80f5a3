// SPDX-License-Identifier: Apache-2.0
#include "core/sha256.h"

#include <algorithm>
#include <bit>
#include <fstream>
#include <vector>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

#include "core/errors.h"

namespace jetsmith {
namespace {

constexpr size_t kBlock = 64;
constexpr size_t kRead = size_t{1} << 20;

alignas(16) constexpr uint32_t kRound[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t big_endian(const uint8_t* p)
{
    return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | p[3];
}

void compress_portable(uint32_t* state, const uint8_t* data, size_t blocks)
{
    for (; blocks > 0; --blocks, data += kBlock) {
        uint32_t w[64];
        for (size_t t = 0; t < 16; ++t) w[t] = big_endian(data + 4 * t);
        for (size_t t = 16; t < 64; ++t) {
            const uint32_t a = w[t - 15], b = w[t - 2];
            w[t] = w[t - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ (a >> 3)) + w[t - 7] +
                   (std::rotr(b, 17) ^ std::rotr(b, 19) ^ (b >> 10));
        }
        auto [a, b, c, d, e, f, g, h] = std::array{state[0], state[1], state[2], state[3],
                                                   state[4], state[5], state[6], state[7]};
        for (size_t t = 0; t < 64; ++t) {
            const uint32_t first = h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) +
                                   ((e & f) ^ (~e & g)) + kRound[t] + w[t];
            const uint32_t second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) +
                                    ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + first;
            d = c, c = b, b = a, a = first + second;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
        state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
}

#if defined(__x86_64__)

bool has_sha_instructions()
{
    unsigned a = 0, b = 0, c = 0, d = 0;
    const bool simd = __get_cpuid(1, &a, &b, &c, &d) && (c & bit_SSE4_1) && (c & bit_SSSE3);
    return simd && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

/// The instructions keep the eight words as (a, b, e, f) and (c, d, g, h), highest first, and do
/// two rounds at a time; four words of the message schedule stand in each register.
__attribute__((target("sha,sse4.1,ssse3"))) void compress_x86(uint32_t* state, const uint8_t* data,
                                                              size_t blocks)
{
    auto* words = reinterpret_cast<__m128i*>(state);
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(words), 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(words + 1), 0x1b);
    __m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
    for (; blocks > 0; --blocks, data += kBlock) {
        const __m128i abef_before = abef, cdgh_before = cdgh;
        __m128i w[4];
        for (int k = 0; k < 4; ++k)
            w[k] =
                _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(data) + k), swap);
#pragma GCC unroll 16
        for (int r = 0; r < 16; ++r) {
            const __m128i sum = _mm_add_epi32(
                w[r % 4], _mm_load_si128(reinterpret_cast<const __m128i*>(kRound) + r));
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
            if (r >= 12) continue;
            const __m128i last = w[(r + 3) % 4];
            const __m128i next = _mm_add_epi32(_mm_sha256msg1_epu32(w[r % 4], w[(r + 1) % 4]),
                                               _mm_alignr_epi8(last, w[(r + 2) % 4], 4));
            w[r % 4] = _mm_sha256msg2_epu32(next, last);
        }
        abef = _mm_add_epi32(abef, abef_before);
        cdgh = _mm_add_epi32(cdgh, cdgh_before);
    }
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1b), dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    _mm_storeu_si128(words, _mm_blend_epi16(feba, dchg, 0xf0));
    _mm_storeu_si128(words + 1, _mm_alignr_epi8(dchg, feba, 8));
}

#endif

}  // namespace

Sha256::Sha256(bool portable) : compress_(compress_portable)
{
#if defined(__x86_64__)
    static const bool has_instructions = has_sha_instructions();
    if (has_instructions && !portable) compress_ = compress_x86;
#else
    (void)portable;
#endif
}

void Sha256::update(std::span<const uint8_t> bytes)
{
    const size_t held = bytes_ % kBlock;
    bytes_ += bytes.size();
    if (held > 0) {
        const size_t taken = std::min(bytes.size(), kBlock - held);
        std::copy_n(bytes.begin(), taken, rest_.begin() + static_cast<int64_t>(held));
        if (held + taken < kBlock) return;
        compress_(state_.data(), rest_.data(), 1);
        bytes = bytes.subspan(taken);
    }
    const size_t blocks = bytes.size() / kBlock;
    compress_(state_.data(), bytes.data(), blocks);
    bytes = bytes.subspan(blocks * kBlock);
    std::copy(bytes.begin(), bytes.end(), rest_.begin());
}

std::string Sha256::hex()
{
    const uint64_t bits = 8 * bytes_;
    std::vector<uint8_t> tail(1, 0x80);  // a one, zeros to the end of the block, the length in bits
    while ((bytes_ + tail.size()) % kBlock != kBlock - 8) tail.push_back(0);
    for (int shift = 56; shift >= 0; shift -= 8)
        tail.push_back(static_cast<uint8_t>(bits >> shift));
    update(tail);
    std::string text;
    for (const uint32_t word : state_) text += fmt::format("{:08x}", word);
    return text;
}

std::string sha256_of(std::string_view bytes)
{
    Sha256 hash;
    hash.update({reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()});
    return hash.hex();
}

std::string sha256_of_file(const std::filesystem::path& file, const std::stop_token& stop)
{
    std::ifstream stream(file, std::ios::binary);
    if (!stream)
        throw UserError("{}: cannot be opened for its hash (a file that can be read is wanted). Check "
                        "the path and who may read it.",
                        file.string());
    std::vector<uint8_t> buffer(kRead);
    Sha256 hash;
    while (stream) {
        if (stop.stop_requested()) return "";
        stream.read(reinterpret_cast<char*>(buffer.data()), static_cast<std::streamsize>(kRead));
        hash.update({buffer.data(), static_cast<size_t>(stream.gcount())});
    }
    if (stream.bad())
        throw UserError("{}: cannot be read to its end for its hash (a whole file is wanted). Check "
                        "the disk.",
                        file.string());
    return hash.hex();
}

}  // namespace jetsmith
