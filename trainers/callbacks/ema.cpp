// SPDX-License-Identifier: Apache-2.0
// Moving average of the weights (Polyak, Juditsky 1992), used for every evaluation and saved as
// the model. The decay rises as (1 + step) / (10 + step) at first, so that early weights fade.
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "trainers/callback.h"
#include "trainers/trainer.h"

namespace jetsmith::callbacks {
namespace {

class Ema final : public Callback {
  public:
    struct Options {
        double decay = 0.999;

        explicit Options(Config& config)
        {
            config.read("decay", decay, "share of the average that one step keeps",
                        from_below(0, 1));
        }
    };

    explicit Ema(const Options& options) : options_(options) {}

    void on_fit_begin(Trainer& trainer) override
    {
        average_ = trainer.parameters().values().clone();
    }

    void on_step_end(Trainer& trainer) override
    {
        const at::NoGradGuard no_grad;
        const auto step = static_cast<double>(trainer.position().step);
        const double decay = std::min(options_.decay, (1 + step) / (10 + step));
        average_.lerp_(trainer.parameters().values(), 1 - decay);
    }

    void before_evaluation(Trainer& trainer) override { swap(trainer); }
    void after_evaluation(Trainer& trainer) override { swap(trainer); }

    std::map<std::string, at::Tensor> tensors() override { return {{"ema.average", average_}}; }

  private:
    void swap(Trainer& trainer)
    {
        if (!average_.defined()) return;
        const at::NoGradGuard no_grad;
        const at::Tensor values = trainer.parameters().values();
        const at::Tensor trained = values.clone();
        values.copy_(average_);
        average_.copy_(trained);
    }

    Options options_;
    at::Tensor average_;
};

JETSMITH_REGISTER(Callback, "ema", Ema);

}  // namespace
}  // namespace jetsmith::callbacks
