// SPDX-License-Identifier: Apache-2.0
// AdaDelta (Zeiler, 1212.5701, algorithm 1); the learning rate multiplies the update, as in Keras
// and PyTorch. The published CNN top tagger was trained with lr 0.3 (1803.00107).
#include <ATen/ops/zeros_like.h>

#include "core/float32_checks.h"
#include "trainers/optimizer.h"

namespace jetsmith::optimizers {
namespace {

class AdaDelta final : public Optimizer {
  public:
    struct Options {
        double lr = 1.0;
        double rho = 0.9;
        double epsilon = 1e-6;
        double weight_decay = 0.0;

        explicit Options(Config& config)
        {
            config.read("lr", lr, "factor on the update", positive, normal_float32);
            config.read("rho", rho, "decay of the two running means", from_below(0, 1));
            config.read("epsilon", epsilon, "added under both roots", positive, normal_float32);
            config.read("weight_decay", weight_decay, "pull towards zero, added to the gradient",
                        non_negative, finite_float32);
        }
    };

    AdaDelta(const Options& options, const at::Tensor& values)
        : options_(options), square_(at::zeros_like(values)), update_(at::zeros_like(values))
    {
    }

    void step(at::Tensor& values, const at::Tensor& gradients, const at::Tensor& learning_rate,
              const at::Tensor& skip) override
    {
        const double rho = options_.rho, epsilon = options_.epsilon;
        const auto g =
            options_.weight_decay > 0 ? gradients.add(values, options_.weight_decay) : gradients;
        const auto square = square_.mul(rho).addcmul_(g, g, 1 - rho);
        const auto delta = update_.add(epsilon).sqrt_().div_(square.add(epsilon).sqrt_()).mul_(g);
        assign_unless(skip, update_, update_.mul(rho).addcmul_(delta, delta, 1 - rho));
        assign_unless(skip, square_, square);
        assign_unless(skip, values, values.sub(learning_rate.mul(delta)));
    }

    std::map<std::string, at::Tensor> state() override
    {
        return {{"square", square_}, {"update", update_}};
    }
    double learning_rate() const override { return options_.lr; }

  private:
    Options options_;
    at::Tensor square_, update_;
};

JETSMITH_REGISTER(Optimizer, "adadelta", AdaDelta);

}  // namespace
}  // namespace jetsmith::optimizers
