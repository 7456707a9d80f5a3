// SPDX-License-Identifier: Apache-2.0
// What a network reconstructs, as one vector per row: the pixels of an image in channels-last order,
// or the features. B batch, C channels, H, W pixels, F features.
#pragma once

#include <string>

#include "core/batch.h"

namespace jetsmith::layers {

/// Numbers per row of such batches.
int64_t vector_size(const BatchShape& shape);

/// Throws UserError for a latent space of more dimensions than the rows have numbers: the network
/// could hand its input through.
void check_latent(int64_t latent, const BatchShape& shape);

/// (B, F): the features, or else the flattened images. Throws UserError for other batches.
at::Tensor to_vector(const Batch& batch);

/// The inverse: vectors in the shape of what to_vector() took from the batch.
at::Tensor from_vector(const at::Tensor& x_BF, const Batch& batch);

/// The values of `output:`, the function after the last layer.
extern const std::vector<std::string> kOutputs;

/// linear: x itself; sigmoid; softmax: positive, and each row of the flattened x sums to one.
at::Tensor finish_output(const at::Tensor& x, const std::string& output);

}  // namespace jetsmith::layers
