// SPDX-License-Identifier: Apache-2.0
// The safetensors container: eight bytes with the length of a JSON header (name -> dtype, shape,
// byte range), then raw little-endian row-major tensors. Reading executes nothing and allocates no
// more than the file holds.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>

namespace jetsmith {

using TensorMap = std::map<std::string, at::Tensor>;

/// Writes atomically. Tensors are copied to the CPU and to row-major order; float32, float64,
/// bfloat16, int64, int32, uint8 and bool are known. `metadata` lands under "__metadata__".
void write_safetensors(const std::filesystem::path& path, const TensorMap& tensors,
                       const std::map<std::string, std::string>& metadata = {});

/// Reads all tensors onto the CPU. Throws UserError naming the file when the header is damaged,
/// or byte ranges overlap, leave gaps, exceed the file or do not fit shape and dtype.
TensorMap read_safetensors(const std::filesystem::path& path);

}  // namespace jetsmith
