// SPDX-License-Identifier: Apache-2.0
// Ends the training when a validation figure has not improved for some epochs.
#include "core/log.h"
#include "trainers/callback.h"
#include "trainers/sealed_json.h"
#include "trainers/selection.h"
#include "trainers/trainer.h"

namespace jetsmith::callbacks {
namespace {

class EarlyStopping final : public Callback {
  public:
    struct Options {
        int64_t patience = 5;
        double min_delta = 0.0;
        std::string monitor = "loss";
        std::string place;  ///< of `monitor` in the config

        explicit Options(Config& config)
        {
            config.read("patience", patience, "epochs without improvement that are tolerated",
                        non_negative);
            config.read("min_delta", min_delta, "smallest change that counts as improvement",
                        non_negative);
            config.read("monitor", monitor, "loss, or the name of a validation metric");
            place = config.place("monitor");
        }
    };

    explicit EarlyStopping(const Options& options) : options_(options) {}

    void check(const EpochRecord& record) const override
    {
        select_figure(record, options_.monitor, options_.place);
    }

    void on_epoch_end(Trainer& trainer, const EpochRecord& record) override
    {
        const Selected figure = select_figure(record, options_.monitor, options_.place);
        const double margin = figure.higher_is_better ? options_.min_delta : -options_.min_delta;
        if (!has_best_ || figure.better_than(best_ + margin)) {
            best_ = figure.value;
            has_best_ = true;
            idle_epochs_ = 0;
            return;
        }
        if (++idle_epochs_ <= options_.patience) return;
        log::info("stopping early: {} has not improved for {} epochs", options_.monitor,
                  idle_epochs_);
        trainer.request_stop();
    }

    nlohmann::ordered_json state() const override
    {
        return {{"early_stopping.best", json_number(best_)},
                {"early_stopping.has_best", has_best_},
                {"early_stopping.idle_epochs", idle_epochs_}};
    }
    void load_state(const nlohmann::ordered_json& state) override
    {
        best_ = number_of(state.at("early_stopping.best"));
        has_best_ = state.at("early_stopping.has_best");
        idle_epochs_ = state.at("early_stopping.idle_epochs");
    }

  private:
    Options options_;
    double best_ = 0;
    bool has_best_ = false;
    int64_t idle_epochs_ = 0;
};

JETSMITH_REGISTER(Callback, "early_stopping", EarlyStopping);

}  // namespace
}  // namespace jetsmith::callbacks
