// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent with momentum as PyTorch defines it (the velocity is not scaled by
// the learning rate): v = m v + g; p -= lr v, or p -= lr (g + m v) with Nesterov's look-ahead.
#include <ATen/ops/zeros_like.h>

#include "core/float32_checks.h"
#include "trainers/optimizer.h"

namespace jetsmith::optimizers {
namespace {

class Sgd final : public Optimizer {
  public:
    struct Options {
        double lr = 0.01;
        double momentum = 0.0;
        double weight_decay = 0.0;
        bool nesterov = false;

        explicit Options(Config& config)
        {
            config.read("lr", lr, "peak learning rate", positive, normal_float32);
            config.read("momentum", momentum, "share of the last step that is kept",
                        from_below(0, 1));
            config.read("weight_decay", weight_decay, "pull towards zero, added to the gradient",
                        non_negative, finite_float32);
            config.read("nesterov", nesterov, "look ahead along the momentum");
            if (nesterov && momentum == 0.0)
                config.fail("nesterov",
                            "needs a momentum (seen: 0; above 0 wanted). Set "
                            "optimizer.momentum, say to 0.9");
        }
    };

    Sgd(const Options& options, const at::Tensor& values)
        : options_(options), velocity_(at::zeros_like(values))
    {
    }

    void step(at::Tensor& values, const at::Tensor& gradients, const at::Tensor& learning_rate,
              const at::Tensor& skip) override
    {
        at::Tensor update = gradients;
        if (options_.weight_decay > 0) update = gradients.add(values, options_.weight_decay);
        if (options_.momentum > 0) {
            const auto velocity = update.add(velocity_, options_.momentum);
            update = options_.nesterov ? update.add(velocity, options_.momentum) : velocity;
            assign_unless(skip, velocity_, velocity);
        }
        assign_unless(skip, values, values.sub(learning_rate.mul(update)));
    }

    std::map<std::string, at::Tensor> state() override { return {{"velocity", velocity_}}; }
    double learning_rate() const override { return options_.lr; }

  private:
    Options options_;
    at::Tensor velocity_;
};

JETSMITH_REGISTER(Optimizer, "sgd", Sgd);

}  // namespace
}  // namespace jetsmith::optimizers
