// SPDX-License-Identifier: Apache-2.0
#include "models/layers/learned_slope.h"

#include <ATen/ops/prelu.h>
#include <ATen/ops/zeros.h>

namespace jetsmith::layers {

const std::vector<std::string> kSlopes{"none", "layer", "channel", "pixel"};

LearnedSlope::LearnedSlope(const std::string& slopes, int64_t channels, int64_t height,
                           int64_t width)
{
    if (slopes == "none") return;
    const bool own_pixels = slopes == "pixel" && height > 0;
    slopes_ =
        register_parameter("slopes", own_pixels ? at::zeros({1, channels, height, width})
                                                : at::zeros({slopes == "layer" ? 1 : channels}));
}

at::Tensor LearnedSlope::forward(const at::Tensor& x)
{
    if (!slopes_.defined()) return x.relu();
    const at::Tensor slopes = slopes_.to(x.scalar_type());
    if (slopes.dim() == 1) return at::prelu(x, slopes);
    return x.clamp_min(0).add(x.clamp_max(0).mul(slopes));
}

}  // namespace jetsmith::layers
