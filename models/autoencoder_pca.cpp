// SPDX-License-Identifier: Apache-2.0
// Principal components as the linear autoencoder with the least mean squared error: the yardstick
// of Farina, Nakai, Shih, 1808.08992. Mean and covariance of the training rows are summed in double
// over batches; the eigenvectors with the largest eigenvalues span the latent space. B batch, F
// pixels or features, L latent dimensions.
#include <ATen/ops/eye.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/zeros.h>

#include "models/layers/image_vector.h"
#include "models/model.h"

namespace jetsmith {
namespace {

/// The covariance has the square of this number of elements, and its solution takes the cube in
/// time.
constexpr int64_t kLargest = 8192;

class AutoencoderPca final : public Model, public ClosedForm {
  public:
    struct Options {
        int64_t latent = 6;

        explicit Options(Config& config)
        {
            config.read("latent", latent, "principal components that are kept", positive);
        }
    };

    AutoencoderPca(const Options& options, const BatchShape& shape)
    {
        const int64_t width = layers::vector_size(shape);
        if (width == 0)
            throw UserError(
                "model.type: autoencoder_pca reconstructs images or one row of "
                "features (this input makes neither). Choose inputs of such a kind.");
        if (width > kLargest)
            throw UserError(
                "model.type: autoencoder_pca solves for the covariance of all pixels "
                "({} of them; at most {}). Choose fewer pixels, or another autoencoder.",
                width, kLargest);
        layers::check_latent(options.latent, shape);
        const auto doubles = at::TensorOptions(at::kDouble);
        mean_F_ = register_buffer("mean", at::zeros({width}, doubles));
        components_LF_ = register_buffer(
            "components", at::eye(width, doubles).narrow(0, 0, options.latent).contiguous());
        variances_L_ = register_buffer("variances", at::zeros({options.latent}, doubles));
    }

    Prediction forward(const Batch& batch) override
    {
        // In double, which autocast leaves alone.
        const auto x_BF = layers::to_vector(batch).to(at::kDouble);
        const auto latent_BL = x_BF.sub(mean_F_).matmul(components_LF_.t());
        const auto y_BF = latent_BL.matmul(components_LF_).add(mean_F_).to(at::kFloat);
        return {.reconstruction = layers::from_vector(y_BF, batch),
                .latent_BL = latent_BL.to(at::kFloat)};
    }

    ClosedForm* closed_form() override { return this; }

    void add(const Batch& batch) override
    {
        const auto x_BF = layers::to_vector(batch).to(at::kDouble);
        const auto weights_B1 = batch.weights_B.to(at::kDouble).unsqueeze(1);
        if (!shift_F_.defined()) {
            // Any point near the data: squares about it cancel less than squares about zero.
            shift_F_ = x_BF.mean(0);
            sum_F_ = at::zeros_like(shift_F_);
            squares_FF_ = at::zeros({x_BF.size(1), x_BF.size(1)}, x_BF.options());
        }
        const auto moved_BF = x_BF.sub(shift_F_);
        const auto weighted_BF = moved_BF.mul(weights_B1);
        weight_ += weights_B1.sum().item<double>();
        sum_F_.add_(weighted_BF.sum(0));
        squares_FF_.addmm_(weighted_BF.t(), moved_BF);
    }

    void solve() override
    {
        if (!(weight_ > 0))
            throw UserError(
                "model.type: autoencoder_pca needs training rows of positive weight in "
                "all (their sum is {}). Check weights and mixture.",
                weight_);
        const auto offset_F = sum_F_.div(weight_);
        const auto covariance_FF = squares_FF_.div(weight_).sub(at::outer(offset_F, offset_F));
        const auto [values_F, vectors_FF] = at::linalg_eigh(covariance_FF.to(at::kCPU));
        const int64_t latent = components_LF_.size(0), first = values_F.size(0) - latent;
        auto components_LF = vectors_FF.t().narrow(0, first, latent).flip({0});
        // An eigenvector has no sign of its own: its largest component is made positive.
        const auto largest_L1 = components_LF.abs().argmax(1, /*keepdim=*/true);
        components_LF = components_LF.mul(components_LF.gather(1, largest_L1).sign());
        components_LF_.copy_(components_LF);
        variances_L_.copy_(values_F.narrow(0, first, latent).flip({0}));
        mean_F_.copy_(shift_F_.add(offset_F));
        shift_F_ = sum_F_ = squares_FF_ = at::Tensor();
        weight_ = 0;
    }

  private:
    at::Tensor mean_F_, components_LF_, variances_L_;  ///< float64
    at::Tensor shift_F_, sum_F_, squares_FF_;          ///< sums so far, about the shift
    double weight_ = 0;
};

JETSMITH_REGISTER(Model, "autoencoder_pca", AutoencoderPca);

}  // namespace
}  // namespace jetsmith
