// SPDX-License-Identifier: Apache-2.0
// Telling "there is no memory left" from everything else that may go wrong in a library.
#pragma once

#include <exception>

namespace jetsmith {

/// True for std::bad_alloc, for what LibTorch's allocators throw on the CPU and on a GPU, and for
/// what CUDA's libraries say when they find no memory.
bool is_out_of_memory(const std::exception& error);

}  // namespace jetsmith
