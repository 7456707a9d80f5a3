// SPDX-License-Identifier: Apache-2.0
#include "trainers/checkpoint_callback.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "trainers/checkpoint.h"
#include "trainers/checkpoint_folders.h"
#include "trainers/sealed_json.h"
#include "trainers/selection.h"
#include "trainers/trainer.h"

namespace jetsmith {
namespace {

using Clock = std::chrono::steady_clock;

class CheckpointCallback final : public Callback {
  public:
    CheckpointCallback(std::filesystem::path folder, const TrainerOptions& options,
                       nlohmann::ordered_json facts)
        : folders_(std::move(folder)),
          options_(options),
          facts_(std::move(facts)),
          saved_at_(Clock::now())
    {
    }

    void on_step_end(Trainer& trainer) override
    {
        // The end of an epoch has its own, which knows the validation figures.
        const bool within = trainer.position().rows < trainer.rows_per_epoch();
        if (within && trainer.optimizer() != nullptr && is_due(trainer)) save(trainer);
    }

    void on_stop(Trainer& trainer) override
    {
        // A pass in closed form is known when it is complete and not before.
        if (trainer.optimizer() != nullptr || trainer.position().rows == 0) save(trainer);
    }

    void on_epoch_end(Trainer& trainer, const EpochRecord& record) override
    {
        const Selected figure = select_figure(record, options_.select, "trainer.select");
        if (best_.empty() || figure.better_than(best_value_)) {
            best_ = CheckpointFolders::name(record.step);
            best_value_ = figure.value;
        }
        save(trainer);
    }

    nlohmann::ordered_json state() const override
    {
        return {{"checkpoint.best", best_}, {"checkpoint.best_value", json_number(best_value_)}};
    }
    void load_state(const nlohmann::ordered_json& state) override
    {
        best_ = state.at("checkpoint.best");
        best_value_ = number_of(state.at("checkpoint.best_value"));
        // Killed between a checkpoint and its pointer, the run would have lost it.
        point_to_best();
    }

  private:
    bool is_due(const Trainer& trainer) const
    {
        const int64_t steps = options_.checkpoint_steps;
        if (steps > 0 && trainer.position().step % steps == 0) return true;
        const std::chrono::duration<double> since = Clock::now() - saved_at_;
        return options_.checkpoint_seconds > 0 && since.count() >= options_.checkpoint_seconds;
    }

    void save(Trainer& trainer)
    {
        if (saved_ == trainer.position()) return;
        const int64_t step = trainer.position().step;
        const std::string name = CheckpointFolders::name(step);
        save_checkpoint(folders_.path(name), trainer, facts_);
        folders_.point(kLast, name);
        point_to_best();
        // Only now: a full disk or a kill may end the run at any of these lines.
        folders_.remove_all_but(step, options_.keep_checkpoints, best_);
        saved_ = trainer.position();
        saved_at_ = Clock::now();
    }

    /// Moves the pointer when it names another one and the best is there.
    void point_to_best()
    {
        if (best_ == pointed_ || !std::filesystem::is_directory(folders_.path(best_))) return;
        folders_.point(kBest, best_);
        pointed_ = best_;
    }

    CheckpointFolders folders_;
    TrainerOptions options_;
    nlohmann::ordered_json facts_;
    Clock::time_point saved_at_;
    std::optional<TrainerPosition> saved_;
    std::string best_, pointed_;  ///< names; of the best, and of what we wrote into `best`
    double best_value_ = 0;
};

}  // namespace

std::unique_ptr<Callback> make_checkpoint_callback(const std::filesystem::path& folder,
                                                   const TrainerOptions& options,
                                                   nlohmann::ordered_json facts)
{
    return std::make_unique<CheckpointCallback>(folder, options, std::move(facts));
}

}  // namespace jetsmith
