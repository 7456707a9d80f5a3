// SPDX-License-Identifier: Apache-2.0
// The header of a safetensors container (github.com/huggingface/safetensors): eight bytes with its
// length, then JSON: name -> dtype, shape, byte range. Stricter than JSON, because what two readers
// understand differently can be used to deceive one of them.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace jetsmith {

/// Longest header accepted and written [bytes].
inline constexpr uint64_t kMaxSafetensorsHeader = uint64_t{16} << 20;

struct SafetensorsEntry {
    std::string name;
    std::string dtype;            ///< "F32", "I64", ...: one whose size is known
    std::vector<int64_t> shape;   ///< empty: a single number
    uint64_t begin = 0, end = 0;  ///< bytes from the beginning of the data
};

struct SafetensorsHeader {
    std::vector<SafetensorsEntry> tensors;        ///< in the order of their bytes
    std::map<std::string, std::string> metadata;  ///< "__metadata__"
    uint64_t data_begin = 0;                      ///< bytes from the beginning of the file
};

/// Bytes of one element; 0 for a dtype that the format does not know.
uint64_t safetensors_element_bytes(std::string_view dtype);

/// Reads length and header from the beginning of `stream`, a file of `file_bytes`. Throws DamagedFile
/// naming `file` when the header is cut off, longer than allowed, does not begin with '{', is no
/// JSON, has a key twice or one that the format does not know, or when the tensors overlap, leave
/// gaps, do not fit their shape, or do not cover the rest of the file exactly. Memory: a small
/// multiple of the header.
SafetensorsHeader read_safetensors_header(std::istream& stream, uint64_t file_bytes,
                                          const std::string& file);

}  // namespace jetsmith
