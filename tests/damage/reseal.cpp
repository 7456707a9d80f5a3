// SPDX-License-Identifier: Apache-2.0
#include "tests/damage/reseal.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace jetsmith::damage {
namespace {

using std::rotl;

void mix(uint32_t& a, uint32_t& b, uint32_t& c)
{
    a -= c, a ^= rotl(c, 4), c += b;
    b -= a, b ^= rotl(a, 6), a += c;
    c -= b, c ^= rotl(b, 8), b += a;
    a -= c, a ^= rotl(c, 16), c += b;
    b -= a, b ^= rotl(a, 19), a += c;
    c -= b, c ^= rotl(b, 4), b += a;
}

void finish(uint32_t& a, uint32_t& b, uint32_t& c)
{
    c ^= b, c -= rotl(b, 14);
    a ^= c, a -= rotl(c, 11);
    b ^= a, b -= rotl(a, 25);
    c ^= b, c -= rotl(b, 16);
    a ^= c, a -= rotl(c, 4);
    b ^= a, b -= rotl(a, 14);
    c ^= b, c -= rotl(b, 24);
}

/// Up to 12 bytes as three numbers, missing ones 0.
std::array<uint32_t, 3> words(std::string_view bytes)
{
    std::array<uint32_t, 3> three{};
    std::memcpy(three.data(), bytes.data(), std::min<size_t>(12, bytes.size()));
    return three;
}

void seal(std::string& bytes, size_t begin, size_t count)
{
    if (begin + count + 4 > bytes.size()) return;
    const uint32_t sum = lookup3(std::string_view(bytes).substr(begin, count));
    std::memcpy(bytes.data() + begin + count, &sum, 4);
}

/// Bytes of an object header before its checksum: a prefix whose flags say what it holds, and the
/// messages.
size_t header_bytes(std::string_view header)
{
    if (header.size() < 30) return header.size();
    const auto flags = static_cast<unsigned char>(header[5]);
    const size_t prefix = 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
    const size_t width = size_t{1} << (flags & 3);
    uint64_t messages = 0;
    std::memcpy(&messages, header.data() + prefix, std::min<size_t>(width, header.size() - prefix));
    return prefix + width + std::min<uint64_t>(messages, header.size());
}

}  // namespace

uint32_t lookup3(std::string_view bytes)
{
    uint32_t a = 0xdeadbeef + static_cast<uint32_t>(bytes.size()), b = a, c = a;
    const auto add = [&](std::string_view some) {
        const auto three = words(some);
        a += three[0], b += three[1], c += three[2];
    };
    for (; bytes.size() > 12; bytes.remove_prefix(12)) {
        add(bytes);
        mix(a, b, c);
    }
    if (bytes.empty()) return c;
    add(bytes);
    finish(a, b, c);
    return c;
}

void reseal(std::string& bytes)
{
    constexpr size_t kSuperblock = 44, kFixedArray = 24, kExtensibleArray = 68;
    seal(bytes, 0, kSuperblock);
    const auto each = [&](const char* signature, const auto& count) {
        for (size_t at = 0; (at = bytes.find(signature, at)) != std::string::npos; ++at)
            seal(bytes, at, count(std::string_view(bytes).substr(at)));
    };
    each("OHDR", header_bytes);
    each("FAHD", [](auto) { return kFixedArray; });
    each("EAHD", [](auto) { return kExtensibleArray; });
}

}  // namespace jetsmith::damage
