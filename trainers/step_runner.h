// SPDX-License-Identifier: Apache-2.0
// One optimizer step: batch, forward, backward, update. On a GPU the whole step, pixelation
// included, is captured once per batch size in a CUDA graph and replayed.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <memory>
#include <vector>

#include "core/cuda_plugin.h"
#include "datasets/row_feed.h"
#include "inputs/input.h"
#include "models/model.h"
#include "trainers/class_factors.h"
#include "trainers/flat_parameters.h"
#include "trainers/objective.h"
#include "trainers/optimizer.h"

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
    };

    StepRunner(const Settings& settings, const Input& input, Model& model,
               const Objective& objective, Optimizer* optimizer, FlatParameters& parameters);

    /// One update from the batches of these rows (more than one: accumulated). step counts
    /// optimizer steps from 0 and keys the dropout stream; augment keys the batch.
    void run(const std::vector<RowPiece>& batches, double learning_rate, const Augment& augment,
             int64_t step);

    /// Shows one batch to a model that learns in closed form.
    void show(const RowPiece& rows, ClosedForm& learner);

    /// Sum over batches since reset_totals() of loss x rows, of rows, and the number of skipped steps.
    struct Totals {
        double loss_sum = 0, rows = 0, skipped = 0;
    };
    Totals totals() const;  ///< waits for the device
    const at::Tensor& totals_tensor() const { return totals_; }  ///< the same, live
    void reset_totals();
    void reset_times();

    /// Seconds since reset_times() spent making batches, on the CPU (on a GPU it is part of the graph).
    double data_seconds() const { return data_seconds_; }
    double compute_seconds() const { return compute_seconds_; }

  private:
    /// A batch with the factors of its classes or labels in the loss.
    Batch make_batch(const RowPiece& rows, const std::optional<Augment>& augment) const;
    void run_eager(const std::vector<RowPiece>& batches, const Augment& augment);
    void run_graph(const RowPiece& rows, const Augment& augment);
    void update();

    Settings settings_;
    const Input& input_;
    Model& model_;
    const Objective& objective_;
    Optimizer* optimizer_;  ///< nullptr where no steps are taken
    FlatParameters& parameters_;
    ClassFactors class_factors_;
    at::Tensor learning_rate_, skip_, device_epoch_;
    at::Tensor totals_;  ///< float64 (3,): loss sum, rows, skipped
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
