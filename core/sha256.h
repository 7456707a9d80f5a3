// SPDX-License-Identifier: Apache-2.0
// SHA-256 (FIPS 180-4): says later whether a file is still the one that a run was trained on.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace jetsmith {

class Sha256 {
  public:
    /// portable: without the processor's SHA instructions, as on those that have none.
    explicit Sha256(bool portable = false);

    void update(std::span<const uint8_t> bytes);

    /// 64 hexadecimal digits of all bytes so far; the object is used up.
    std::string hex();

  private:
    std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<uint8_t, 64> rest_{};  ///< bytes that do not fill a block yet
    uint64_t bytes_ = 0;
    void (*compress_)(uint32_t* state, const uint8_t* data, size_t blocks);
};

/// Of bytes in memory.
std::string sha256_of(std::string_view bytes);

/// Of a whole file, with the processor's SHA instructions where it has them. Throws UserError when
/// the file cannot be read. Stopped half-way it returns an empty text.
std::string sha256_of_file(const std::filesystem::path& file, const std::stop_token& stop = {});

}  // namespace jetsmith
