// SPDX-License-Identifier: Apache-2.0
// max(x, 0) + a min(x, 0) with learned slopes a (PReLU: He, Zhang, Ren, Sun, 1502.01852). B batch,
// C channels, H, W pixels, F features.
#pragma once

#include <torch/nn/module.h>

#include <string>
#include <vector>

namespace jetsmith::layers {

/// The values of `slopes:`, what shares one slope. none: ReLU; layer: all of a layer; channel: the
/// pixels of a channel; pixel: nothing, each pixel of each channel has its own. In dense layers
/// every neuron is a channel.
extern const std::vector<std::string> kSlopes;

class LearnedSlope : public torch::nn::Module {
  public:
    /// For values (B, C, H, W), or (B, C) where height and width are 0. Slopes begin at 0, as ReLU.
    LearnedSlope(const std::string& slopes, int64_t channels, int64_t height = 0,
                 int64_t width = 0);

    at::Tensor forward(const at::Tensor& x);

  private:
    at::Tensor slopes_;  ///< broadcasts against x; undefined: none
};

}  // namespace jetsmith::layers
