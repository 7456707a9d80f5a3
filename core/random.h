// SPDX-License-Identifier: Apache-2.0
// Counter-based random numbers (Philox 4x32-10: Salmon et al., SC'11, doi:10.1145/2063384.2063405).
// A number is a function of (seed, purpose, epoch, row, index) and of nothing else: who drew before,
// how many threads there are and where a run was resumed cannot change it. Being constexpr, the
// functions serve the GPU too (nvcc --expt-relaxed-constexpr).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace jetsmith {

/// What a stream is for; the value is part of the key and never changes its meaning.
enum class Purpose : uint32_t {
    initialise = 1,  ///< model parameters
    shuffle = 2,     ///< order of rows within an epoch
    sample = 3,      ///< data.max_rows (the same in every run), weighted sampling
    augment = 4,     ///< random flips, shifts, rotations of one jet
    dropout = 5,     ///< LibTorch's generators, reseeded at every step
    bootstrap = 6,   ///< resampling of metrics
    ensemble = 7,    ///< choice of ensemble members
    fold = 8,        ///< folds of a cross-validation (the same in every run)
};

struct RandomKey {
    uint64_t seed = 1;
    Purpose purpose = Purpose::initialise;
    uint32_t epoch = 0;  ///< or step, or replica
    uint64_t row = 0;    ///< source row, or 0
};

/// Four independent 32-bit words for counter `index` of the stream `key`.
constexpr std::array<uint32_t, 4> philox(const RandomKey& key, uint32_t index)
{
    // The 64-bit seed is the Philox key, purpose mixed in; (row, epoch, index) is the counter.
    std::array<uint32_t, 4> c{static_cast<uint32_t>(key.row), static_cast<uint32_t>(key.row >> 32),
                              key.epoch, index};
    uint32_t k0 = static_cast<uint32_t>(key.seed) ^ (static_cast<uint32_t>(key.purpose) << 24);
    uint32_t k1 = static_cast<uint32_t>(key.seed >> 32);
    for (int round = 0; round < 10; ++round) {
        const uint64_t p0 = uint64_t{0xD2511F53} * c[0];
        const uint64_t p1 = uint64_t{0xCD9E8D57} * c[2];
        c = {static_cast<uint32_t>(p1 >> 32) ^ c[1] ^ k0, static_cast<uint32_t>(p1),
             static_cast<uint32_t>(p0 >> 32) ^ c[3] ^ k1, static_cast<uint32_t>(p0)};
        k0 += 0x9E3779B9;
        k1 += 0xBB67AE85;
    }
    return c;
}

/// 64 random bits.
constexpr uint64_t random_bits(const RandomKey& key, uint32_t index = 0)
{
    const auto words = philox(key, index);
    return uint64_t{words[1]} << 32 | words[0];
}

/// Uniform in [0, 1) with 53 random bits.
constexpr double random_uniform(const RandomKey& key, uint32_t index = 0)
{
    return static_cast<double>(random_bits(key, index) >> 11) * 0x1.0p-53;
}

/// The numbers 0 ... rows.size() - 1 in the order of one random key per row: rows[i] is the source
/// row that keys position i, so that a subset keeps the relative order of the whole.
std::vector<int64_t> random_order(const std::vector<int64_t>& rows, uint64_t seed, Purpose purpose,
                                  uint32_t epoch);

}  // namespace jetsmith
