// SPDX-License-Identifier: Apache-2.0
// Reduce on plateau: when the validation loss has not fallen by more than a relative threshold for
// more than `patience` epochs, the learning rate is multiplied by gamma.
#include <algorithm>
#include <limits>

#include "trainers/schedule.h"

namespace jetsmith::schedules {
namespace {

class Plateau final : public Schedule {
  public:
    struct Options {
        double gamma = 0.1;
        int64_t patience = 10;
        double threshold = 1e-4;
        double minimum = 0.0;

        explicit Options(Config& config)
        {
            config.read("gamma", gamma, "factor of a reduction", from_below(0, 1));
            config.read("patience", patience, "epochs without progress that are tolerated",
                        non_negative);
            config.read("threshold", threshold, "relative fall of the loss that counts as progress",
                        non_negative);
            config.read("minimum", minimum, "smallest share of the learning rate", within(0, 1));
        }
    };

    Plateau(const Options& options, const TrainingLength&) : options_(options) {}

    double factor(int64_t) const override { return factor_; }

    void epoch_finished(double validation_loss) override
    {
        if (validation_loss < best_ * (1 - options_.threshold)) {
            best_ = validation_loss;
            idle_epochs_ = 0;
            return;
        }
        if (++idle_epochs_ <= options_.patience) return;
        factor_ = std::max(factor_ * options_.gamma, options_.minimum);
        idle_epochs_ = 0;
    }

    std::map<std::string, double> state() const override
    {
        return {{"factor", factor_},
                {"best", best_},
                {"idle_epochs", static_cast<double>(idle_epochs_)}};
    }
    void load_state(const std::map<std::string, double>& state) override
    {
        factor_ = state.at("factor");
        best_ = state.at("best");
        idle_epochs_ = static_cast<int64_t>(state.at("idle_epochs"));
    }

  private:
    Options options_;
    double factor_ = 1.0;
    double best_ = std::numeric_limits<double>::max();
    int64_t idle_epochs_ = 0;
};

JETSMITH_REGISTER(Schedule, "plateau", Plateau);

}  // namespace
}  // namespace jetsmith::schedules
