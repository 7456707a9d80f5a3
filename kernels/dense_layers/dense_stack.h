// SPDX-License-Identifier: Apache-2.0
// Where the numbers of dense_layers.cpp lie.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <vector>

#include "kernels/dense_layers/dense_panels.h"

namespace jetsmith::kernels {

/// Rows [first, first + rows) of the batch. They begin at multiples of kRowStep, so that matrices
/// in panels have no gaps between them.
struct RowRange {
    int64_t first, rows;
    int64_t end() const { return first + rows; }
};

/// Rows of a tile.
constexpr int64_t kTileRows = 128;

/// What each of at most `most` threads does; few rows are not worth many threads.
std::vector<RowRange> thread_shares(int64_t rows, int64_t most);

template <class Work>
void for_each_tile(const RowRange& share, const Work& work)
{
    for (int64_t first = share.first; first < share.end(); first += kTileRows)
        work(RowRange{first, std::min(kTileRows, share.end() - first)});
}

/// Layers and their widths.
class DenseStack {
  public:
    /// parameters: weight and bias of each layer; they must outlive the stack.
    DenseStack(at::TensorList parameters, double dropout);

    int64_t layers() const { return static_cast<int64_t>(widths_.size()) - 1; }
    int64_t in(int64_t layer) const { return widths_[static_cast<size_t>(layer)]; }
    int64_t out(int64_t layer) const { return in(layer + 1); }
    int64_t widest() const { return *std::max_element(widths_.begin(), widths_.end()); }
    bool is_hidden(int64_t layer) const { return layer + 1 < layers(); }
    double dropout() const { return dropout_; }
    /// Factor of the outputs that dropout leaves.
    float scale() const { return static_cast<float>(1 / (1 - dropout_)); }
    const float* weight(int64_t layer) const { return parameter(2 * layer); }
    const float* bias(int64_t layer) const { return parameter(2 * layer + 1); }

  private:
    const float* parameter(int64_t i) const
    {
        return parameters_[static_cast<size_t>(i)].const_data_ptr<float>();
    }

    at::TensorList parameters_;
    double dropout_;
    std::vector<int64_t> widths_;
};

/// The inputs of all layers and the last outputs, tile by tile in panels.
class LayerValues {
  public:
    /// memory: of another one of the same stack and rows; undefined: new.
    LayerValues(const DenseStack& stack, int64_t rows, at::Tensor memory = {});

    /// Inputs of a layer, which are the outputs of the one before.
    Panels of(int64_t layer, const RowRange& tile) const;
    const at::Tensor& memory() const { return memory_; }

  private:
    std::vector<int64_t> widths_, begins_;
    at::Tensor memory_;
};

/// A number for every weight and bias of a stack, padded.
class LayerNumbers {
  public:
    explicit LayerNumbers(const DenseStack& stack);

    float* weight(int64_t layer) const;
    float* bias(int64_t layer) const;
    /// Weights as forward_product() and backward_product() read them.
    Panels forward_weight(const DenseStack& stack, int64_t layer) const;
    Panels backward_weight(const DenseStack& stack, int64_t layer) const;
    void set_zero() const;

  private:
    std::vector<int64_t> weights_, biases_;  ///< where they begin
    at::Tensor memory_;
};

at::Tensor empty_floats(int64_t count);

}  // namespace jetsmith::kernels
