// SPDX-License-Identifier: Apache-2.0
// One optimizer step: batch, forward, backward, update. On a GPU the whole step, pixelation
// included, is captured once per batch size in a CUDA graph and replayed. A step in which anything is
// NaN or infinite changes no parameter.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <vector>

#include "core/cuda_plugin.h"
#include "datasets/row_feed.h"
#include "inputs/input.h"
#include "models/model.h"
#include "trainers/bad_step.h"
#include "trainers/class_factors.h"
#include "trainers/flat_parameters.h"
#include "trainers/objective.h"
#include "trainers/optimizer.h"
#include "trainers/running_totals.h"
#include "trainers/step_guard.h"

namespace jetsmith {

class StepRunner {
  public:
    struct Settings {
        uint64_t seed = 1;
        double clip_norm = 0;  ///< 0: none
        at::ScalarType compute = at::kFloat;
        std::vector<double> class_weights;
        bool signs_only = false;  ///< rows were drawn by weight: the loss sees its sign alone
        bool use_graph = false;  ///< only on CUDA, without accumulation
        bool stop_on_nan = true;  ///< a bad step is to end the training: totals do not count it
    };

    StepRunner(const Settings& settings, const Input& input, Model& model,
               const Objective& objective, Optimizer* optimizer, FlatParameters& parameters);

    /// One update from the batches of these rows (more than one: accumulated). step counts
    /// optimizer steps from 0 and keys the dropout stream; augment keys the batch.
    void run(const std::vector<RowPiece>& batches, double learning_rate, const Augment& augment,
             int64_t step);

    /// Shows one batch to a model that learns in closed form, unless it holds NaN or infinity.
    void show(const RowPiece& rows, ClosedForm& learner, int64_t step);

    /// The next step that was left out and that the host knows of; `wait`: also of those that still
    /// run on a GPU.
    std::optional<TakenStep> next_bad(bool wait) { return guard_.next_bad(wait); }
    /// Why it was bad; makes it again with the parameters as they are.
    BadStep explain(const TakenStep& step);

    /// Forward and backward of one batch without an update: what it takes in memory.
    void attempt(const RowPiece& rows, const Augment& augment);

    /// Sums over the steps of the running epoch.
    RunningTotals& totals() { return totals_; }
    const RunningTotals& totals() const { return totals_; }
    void reset_times();

    /// Seconds since reset_times() spent making batches, on the CPU (on a GPU it is part of the graph).
    double data_seconds() const { return data_seconds_; }
    double compute_seconds() const { return compute_seconds_; }

  private:
    /// A batch with the factors of its classes or labels in the loss.
    Batch make_batch(const RowPiece& rows, const std::optional<Augment>& augment) const;
    void run_eager(const std::vector<RowPiece>& batches, const Augment& augment);
    void run_graph(const RowPiece& rows, const Augment& augment);
    at::Tensor backward(const Batch& batch, double scale);
    void update();
    void seed(int64_t step) const;

    Settings settings_;
    const Input& input_;
    Model& model_;
    const Objective& objective_;
    Optimizer* optimizer_;  ///< nullptr where no steps are taken
    FlatParameters& parameters_;
    ClassFactors class_factors_;
    StepGuard guard_;
    RunningTotals totals_;
    at::Tensor learning_rate_, device_epoch_;
    struct Graph {
        at::Tensor rows_B;
        int warm_ups = 0;
        std::unique_ptr<CapturedStep> step;
    };
    std::map<int64_t, Graph> graphs_;  ///< by batch size, of graph_store_
    std::shared_ptr<const EventStore> graph_store_;  ///< whose addresses the graphs hold
    double data_seconds_ = 0, compute_seconds_ = 0;
};

}  // namespace jetsmith
