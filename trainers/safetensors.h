// SPDX-License-Identifier: Apache-2.0
// The safetensors container: eight bytes with the length of a JSON header (name -> dtype, shape,
// byte range), then raw little-endian row-major tensors. Reading executes nothing and allocates no
// more than the file holds.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace jetsmith {

using TensorMap = std::map<std::string, at::Tensor>;

/// What tells a container that was changed since: its size, and the hash of its first bytes, from
/// the length to the end of the header.
struct FileSeal {
    uint64_t bytes = 0;
    std::string header_sha256;
};

/// Writes atomically. Tensors are copied to the CPU and to row-major order; float32, float64,
/// bfloat16, int64, int32, uint8 and bool are known. `metadata` lands under "__metadata__", and so
/// does the hash of every tensor's bytes, as "sha256:<name>".
FileSeal write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// Reads all tensors onto the CPU. Throws DamagedFile when the file is missing or does not have
/// this seal, a tensor does not have the hash that the header gives for it, the header is no JSON
/// of tensors, or byte ranges overlap, leave gaps, exceed the file or do not fit shape and dtype.
TensorMap read_safetensors(const std::filesystem::path& path,
                           const std::optional<FileSeal>& seal = std::nullopt);

}  // namespace jetsmith
