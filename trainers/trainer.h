// SPDX-License-Identifier: Apache-2.0
// Puts input, model, objective, optimizer and schedule together and runs the steps. Receives
// finished objects; everything optional is a Callback.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <memory>
#include <optional>
#include <vector>

#include "analysis/score_table.h"
#include "core/device.h"
#include "datasets/row_feed.h"
#include "inputs/input.h"
#include "models/model.h"
#include "trainers/callback.h"
#include "trainers/flat_parameters.h"
#include "trainers/objective.h"
#include "trainers/optimizer.h"
#include "trainers/schedule.h"
#include "trainers/step_runner.h"
#include "trainers/trainer_options.h"

namespace jetsmith {

struct EvaluateOptions;

/// What a trainer is made of.
struct TrainerParts {
    Input& input;
    Model& model;
    Objective& objective;
    std::unique_ptr<Optimizer> optimizer;  ///< both absent for a model that learns in closed form
    std::unique_ptr<Schedule> schedule;
    std::vector<std::unique_ptr<Callback>> callbacks;
    std::vector<double> class_weights;       ///< factor per class in the loss; empty: 1
    std::vector<double> validation_weights;  ///< the same on validation rows; empty: class_weights
};

/// Where a training stands; written into every checkpoint.
struct TrainerPosition {
    int64_t epoch = 0;  ///< epochs finished
    int64_t rows = 0;   ///< rows of the running epoch that are done
    int64_t step = 0;   ///< optimizer steps done
    bool stop = false;  ///< set by a callback: no further epoch

    bool operator==(const TrainerPosition&) const = default;
};

/// The loss and the scores of some rows, in the order of the store.
struct Evaluation {
    ScoreTable table;
    at::Tensor latent_NL;       ///< float32 on the CPU; undefined without a latent space
    double loss = 0;            ///< weighted mean; NaN without labels
    double rows_per_second = 0;
};

class Trainer {
  public:
    /// parameters: the flat buffers of parts.model, on `device`.
    Trainer(const TrainerOptions& options, TrainerParts parts, FlatParameters parameters,
            uint64_t seed, at::Device device, at::ScalarType compute);

    /// Trains on `train`, measures `val` after every epoch and tells the callbacks. Both must hand
    /// out rows on the device. Begins at position(), which a callback may have set when the fit
    /// began. Throws BadStepError for NaN and infinity: position and parameters are then those before
    /// the step; RunError when memory runs out; Stopped when a signal asks for it: the step is then
    /// complete and the callbacks have heard of it.
    void fit(RowFeed& train, RowFeed& val, const EvaluateOptions& evaluation);

    /// Scores of all rows with the callbacks' evaluation weights.
    Evaluation evaluate(RowFeed& rows);

    const TrainerOptions& options() const { return options_; }
    const TrainerPosition& position() const { return position_; }
    void set_position(const TrainerPosition& position) { position_ = position; }
    TrainingLength length() const { return length_; }
    uint64_t seed() const { return seed_; }
    double current_learning_rate() const;
    int64_t rows_per_epoch() const { return rows_per_epoch_; }
    /// What a training row is: "jets", "events".
    const std::string& row_noun() const { return row_noun_; }
    /// Mean loss of the running epoch so far; waits for the device.
    double running_loss() const;
    /// Sums of the running epoch, live: see RunningTotals.
    const at::Tensor& running_totals() const { return runner_->totals().tensor(); }

    Model& model() { return parts_.model; }
    Input& input() { return parts_.input; }
    /// nullptr for a model that takes no steps, and so is schedule().
    Optimizer* optimizer() const { return parts_.optimizer.get(); }
    Schedule* schedule() { return parts_.schedule.get(); }
    FlatParameters& parameters() { return parameters_; }
    const std::vector<std::unique_ptr<Callback>>& callbacks() const { return parts_.callbacks; }
    void request_stop() { position_.stop = true; }
    /// Waits until it is known whether all steps so far were good. Throws BadStepError as fit() does.
    void settle() { heed_bad_steps(/*wait=*/true); }

  private:
    /// The rest of the epoch and the look at the validation rows.
    void run_epoch(RowFeed& train, RowFeed& val, const EvaluateOptions& evaluation);
    /// The rest of the pass over the rows in steps, or a pass in closed form.
    EpochRecord train_epoch(RowFeed& train);
    void take_steps(RowFeed& train);
    /// One step of the next rows, or what it throws and the position as it was.
    void take_step(RowFeed& train);
    void solve(RowFeed& train, ClosedForm& learner);
    /// Ends the training for a bad step, or counts it, as trainer.on_nan wants.
    void heed_bad_steps(bool wait);
    /// The steps that were left out; throws RunError when these were all, or when a parameter is no
    /// number.
    int64_t check_epoch();
    /// Callbacks save what there is, if they can.
    bool save_before_the_end();
    double training_loss(RowFeed& train);
    /// The order in which an epoch visits the training rows: a function of rows, seed and epoch.
    RowOrder order_of(const EventStore& index, int64_t epoch) const;

    TrainerOptions options_;
    TrainerParts parts_;
    FlatParameters parameters_;
    uint64_t seed_;
    at::Device device_;
    at::ScalarType compute_;
    std::unique_ptr<StepRunner> runner_;
    TrainerPosition position_;
    TrainingLength length_;
    int64_t rows_per_epoch_ = 0;
    int64_t warned_epoch_ = -1;  ///< last one with a message of a step left out
    std::string row_noun_;
};

/// During its life the model has the weights that evaluations use, such as averages.
class EvaluationWeights {
  public:
    explicit EvaluationWeights(Trainer& trainer);
    ~EvaluationWeights();
    EvaluationWeights(const EvaluationWeights&) = delete;
    EvaluationWeights& operator=(const EvaluationWeights&) = delete;

  private:
    Trainer& trainer_;
};

/// Steps of a training of `rows` rows.
TrainingLength training_length(const TrainerOptions& options, int64_t rows);

/// Scores of all rows, batch by batch, without gradients. Model and rows must be on one device; the
/// model is put into evaluation mode and back. class_weights: as in TrainerParts.
Evaluation score_rows(Model& model, const Input& input, const Objective& objective, RowFeed& rows,
                      int64_t batch_size, at::ScalarType compute,
                      const std::vector<double>& class_weights);

}  // namespace jetsmith
