// SPDX-License-Identifier: Apache-2.0
// RMSprop (Tieleman, Hinton, lecture 6.5, 2012) with the centred variant of Graves (1308.0850,
// eqs. 38-41) and momentum as PyTorch orders them.
#include <ATen/ops/zeros_like.h>

#include "core/float32_checks.h"
#include "trainers/optimizer.h"

namespace jetsmith::optimizers {
namespace {

class RmsProp final : public Optimizer {
  public:
    struct Options {
        double lr = 0.01;
        double alpha = 0.99;
        double epsilon = 1e-8;
        double momentum = 0.0;
        double weight_decay = 0.0;
        bool centered = false;

        explicit Options(Config& config)
        {
            config.read("lr", lr, "peak learning rate", positive, normal_float32);
            config.read("alpha", alpha, "decay of the mean squared gradient", from_below(0, 1));
            config.read("epsilon", epsilon, "added to the root of the mean square", positive,
                        normal_float32);
            config.read("momentum", momentum, "share of the last step that is kept",
                        from_below(0, 1));
            config.read("weight_decay", weight_decay, "pull towards zero, added to the gradient",
                        non_negative, finite_float32);
            config.read("centered", centered, "subtract the squared mean from the mean square");
        }
    };

    RmsProp(const Options& options, const at::Tensor& values)
        : options_(options),
          square_(at::zeros_like(values)),
          mean_(at::zeros_like(values)),
          velocity_(at::zeros_like(values))
    {
    }

    void step(at::Tensor& values, const at::Tensor& gradients, const at::Tensor& learning_rate,
              const at::Tensor& skip) override
    {
        const auto g =
            options_.weight_decay > 0 ? gradients.add(values, options_.weight_decay) : gradients;
        const auto square = square_.mul(options_.alpha).addcmul_(g, g, 1 - options_.alpha);
        at::Tensor variance = square;
        if (options_.centered) {
            const auto mean = mean_.lerp(g, 1 - options_.alpha);
            variance = square.addcmul(mean, mean, -1);
            assign_unless(skip, mean_, mean);
        }
        at::Tensor update = g.div(variance.sqrt().add_(options_.epsilon));
        if (options_.momentum > 0) {
            update = update.add(velocity_, options_.momentum);
            assign_unless(skip, velocity_, update);
        }
        assign_unless(skip, square_, square);
        assign_unless(skip, values, values.sub(learning_rate.mul(update)));
    }

    std::map<std::string, at::Tensor> state() override
    {
        return {{"square", square_}, {"mean", mean_}, {"velocity", velocity_}};
    }
    double learning_rate() const override { return options_.lr; }

  private:
    Options options_;
    at::Tensor square_, mean_, velocity_;
};

JETSMITH_REGISTER(Optimizer, "rmsprop", RmsProp);

}  // namespace
}  // namespace jetsmith::optimizers
