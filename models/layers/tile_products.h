// SPDX-License-Identifier: Apache-2.0
// Matrix products of tiles of many objects, for layers that go through their objects tile by tile
// on several threads, and the memory of what they put out.
#pragma once

#include <ATen/core/Tensor.h>

#include <mutex>
#include <vector>

namespace jetsmith::layers {

/// Rows of a whole tile.
constexpr int64_t kTileRows = 4096;

/// Memory for outputs of layers, by far the largest things that a step needs, kept for the next
/// step: else smaller ones split their places in the heap, which grows for hours.
class OutputMemory {
  public:
    /// (rows, width) that nobody else holds, with anything in it.
    at::Tensor take(int64_t rows, int64_t width, const at::TensorOptions& options);
    /// The same for one tile, at most kTileRows rows; memory of a whole one, so that all fit.
    at::Tensor take_tile(int64_t rows, int64_t width, const at::TensorOptions& options);

  private:
    static constexpr size_t kMost = 32;
    std::mutex mutex_;
    std::vector<at::Tensor> kept_;
};

/// The one of the program.
OutputMemory& output_memory();

/// The type in which products of `type` are made: float32 instead of bfloat16 where the processor
/// is faster at it.
at::ScalarType product_type(at::ScalarType type);

/// A tile as products take it. Products of bfloat16 are exact in float32, so that converted ones
/// give the same sums.
at::Tensor operand(const at::Tensor& tile);

/// out = a b, rounded once to the type of `out`; a and b as operand() gives them.
void multiply(const at::Tensor& a, const at::Tensor& b, at::Tensor out);

}  // namespace jetsmith::layers
