// SPDX-License-Identifier: Apache-2.0
#include "models/layers/image_vector.h"

#include <ATen/ops/sigmoid.h>
#include <ATen/ops/softmax.h>

#include "core/errors.h"

namespace jetsmith::layers {

const std::vector<std::string> kOutputs{"linear", "sigmoid", "softmax"};

int64_t vector_size(const BatchShape& shape)
{
    const int64_t pixels = shape.channels * shape.height * shape.width;
    return pixels > 0 ? pixels : shape.features;
}

void check_latent(int64_t latent, const BatchShape& shape)
{
    if (latent > vector_size(shape))
        throw UserError("model.latent: {} dimensions for {} pixels or features (no more than these "
                        "wanted). Choose fewer.",
                        latent, vector_size(shape));
}

at::Tensor to_vector(const Batch& batch)
{
    if (batch.images_BCHW.defined())
        return batch.images_BCHW.permute({0, 2, 3, 1}).flatten(1);
    if (!batch.features_BF.defined())
        throw UserError("model: reconstructs images or one row of features (this input makes "
                        "neither). Choose inputs of such a kind.");
    return batch.features_BF;
}

at::Tensor from_vector(const at::Tensor& x_BF, const Batch& batch)
{
    if (!batch.images_BCHW.defined()) return x_BF;
    const auto s = batch.images_BCHW.sizes();
    return x_BF.view({x_BF.size(0), s[2], s[3], s[1]}).permute({0, 3, 1, 2});
}

at::Tensor finish_output(const at::Tensor& x, const std::string& output)
{
    if (output == "sigmoid") return at::sigmoid(x);
    if (output == "softmax")
        return at::softmax(x.flatten(1).to(at::kFloat), 1).view(x.sizes());
    return x;
}

}  // namespace jetsmith::layers
