// SPDX-License-Identifier: Apache-2.0
#include "trainers/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "analysis/evaluate_options.h"
#include "core/errors.h"
#include "core/stop_signal.h"
#include "datasets/epoch_order.h"

namespace jetsmith {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TrainingLength training_length(const TrainerOptions& options, int64_t rows)
{
    const int64_t per_step = options.batch_size * options.accumulate;
    const int64_t per_epoch = std::max<int64_t>(1, (rows + per_step - 1) / per_step);
    return {per_epoch * options.epochs, per_epoch};
}

Trainer::Trainer(const TrainerOptions& options, TrainerParts parts, FlatParameters parameters,
                 uint64_t seed, at::Device device, at::ScalarType compute)
    : options_(options),
      parts_(std::move(parts)),
      parameters_(std::move(parameters)),
      seed_(seed),
      device_(device),
      compute_(compute)
{
    StepRunner::Settings settings;
    settings.seed = seed;
    settings.clip_norm = options.clip_norm;
    settings.compute = compute;
    settings.class_weights = parts_.class_weights;
    settings.signs_only = options.sampling == "weighted" && !parts_.model.closed_form();
    settings.use_graph = device.is_cuda() && options.accumulate == 1 && parts_.input.fixed_shapes();
    runner_ = std::make_unique<StepRunner>(settings, parts_.input, parts_.model, parts_.objective,
                                           parts_.optimizer.get(), parameters_);
}

double Trainer::current_learning_rate() const
{
    if (!parts_.optimizer) return 0;
    const int64_t last = std::max<int64_t>(0, position_.step - 1);
    return parts_.optimizer->learning_rate() * parts_.schedule->factor(last);
}

double Trainer::running_loss() const
{
    const auto totals = runner_->totals();
    return totals.rows > 0 ? totals.loss_sum / totals.rows : std::nan("");
}

void Trainer::fit(RowFeed& train, RowFeed& val, const EvaluateOptions& evaluation)
{
    length_ = training_length(options_, train.rows());
    rows_per_epoch_ = train.rows();
    row_noun_ = train.index().row_noun;
    for (auto& callback : parts_.callbacks) callback->on_fit_begin(*this);
    const StopSignals listening;
    try {
        while (position_.epoch < options_.epochs && !position_.stop)
            run_epoch(train, val, evaluation);
    } catch (const Stopped& stopped) {
        for (auto& callback : parts_.callbacks) callback->on_stop(*this);
        throw Stopped(stopped.signal(), fmt::format("{} after step {} (epoch {})", stopped.what(),
                                                    position_.step, position_.epoch + 1));
    }
    for (auto& callback : parts_.callbacks) callback->on_fit_end(*this);
}

void Trainer::run_epoch(RowFeed& train, RowFeed& val, const EvaluateOptions& evaluation)
{
    EpochRecord record = train_epoch(train);
    const Evaluation validation = evaluate(val);
    record.val_loss = validation.loss;
    record.metrics = measure(validation.table, evaluation);
    if (parts_.schedule) parts_.schedule->epoch_finished(record.val_loss);
    ++position_.epoch;
    position_.rows = 0;
    runner_->reset_totals();
    for (auto& callback : parts_.callbacks) callback->on_epoch_end(*this, record);
    stop_when_asked();
}

EpochRecord Trainer::train_epoch(RowFeed& train)
{
    const auto start = std::chrono::steady_clock::now();
    const int64_t before = position_.rows;
    runner_->reset_times();
    ClosedForm* const learner = parts_.model.closed_form();
    if (learner != nullptr) {
        solve(train, *learner);
    } else {
        take_steps(train);
    }
    check_finite();
    EpochRecord record;
    record.epoch = position_.epoch + 1;
    record.step = position_.step;
    record.learning_rate = current_learning_rate();
    record.seconds = seconds_since(start);
    record.rows_per_second = static_cast<double>(position_.rows - before) / record.seconds;
    record.data_share = 1 - runner_->compute_seconds() / record.seconds;
    record.wait_share = train.waited_seconds() / record.seconds;
    record.train_loss = training_loss(train);
    return record;
}

RowOrder Trainer::order_of(const EventStore& index, int64_t epoch) const
{
    const auto number = static_cast<uint32_t>(epoch);
    at::Tensor drawn;
    if (options_.sampling == "weighted")
        drawn = weighted_order(index, seed_, number, parts_.class_weights);
    if (options_.order.blocks)
        return block_order(index, seed_, number, options_.order.buffer,
                           drawn.defined() ? std::get<0>(drawn.sort()) : drawn);
    return {drawn.defined() ? drawn : epoch_order(index, seed_, number), index.rows};
}

void Trainer::take_steps(RowFeed& train)
{
    parts_.model.train();
    train.begin(order_of(train.index(), position_.epoch), position_.rows);
    while (position_.rows < rows_per_epoch_) {
        std::vector<RowPiece> batches;
        for (int64_t i = 0; i < options_.accumulate && position_.rows < rows_per_epoch_; ++i) {
            batches.push_back(
                train.next(std::min(options_.batch_size, rows_per_epoch_ - position_.rows)));
            position_.rows += batches.back().rows_B.size(0);
        }
        const double rate =
            parts_.optimizer->learning_rate() * parts_.schedule->factor(position_.step);
        const Augment augment{seed_, static_cast<uint32_t>(position_.epoch), {}};
        runner_->run(batches, rate, augment, position_.step);
        ++position_.step;
        for (auto& callback : parts_.callbacks) callback->on_step_end(*this);
        stop_when_asked();
    }
}

/// The rows as they are, in file order; another pass would find the same again.
void Trainer::solve(RowFeed& train, ClosedForm& learner)
{
    parts_.model.eval();
    for_each_block(train, options_.batch_size, [&](const RowPiece& rows, int64_t) {
        runner_->show(rows, learner);
        position_.rows += rows.rows_B.size(0);
        ++position_.step;
        for (auto& callback : parts_.callbacks) callback->on_step_end(*this);
    });
    learner.solve();
    position_.stop = true;
}

double Trainer::training_loss(RowFeed& train)
{
    return parts_.model.closed_form() == nullptr ? running_loss() : evaluate(train).loss;
}

void Trainer::check_finite() const
{
    const auto totals = runner_->totals();
    if (totals.skipped == 0) return;
    throw RunError(
        "loss or gradient was NaN or infinite in {:.0f} of the last {} steps, up to step {} (these "
        "steps changed no parameter). The checkpoints so far are whole: train on with a lower "
        "optimizer.lr, trainer.clip_norm: 1, or precision: fp32.",
        totals.skipped, length_.steps_per_epoch, position_.step);
}

Evaluation Trainer::evaluate(RowFeed& rows)
{
    const EvaluationWeights weights(*this);
    return score_rows(
        parts_.model, parts_.input, parts_.objective, rows, options_.batch_size, compute_,
        parts_.validation_weights.empty() ? parts_.class_weights : parts_.validation_weights);
}

EvaluationWeights::EvaluationWeights(Trainer& trainer) : trainer_(trainer)
{
    for (auto& callback : trainer.callbacks()) callback->before_evaluation(trainer);
}

EvaluationWeights::~EvaluationWeights()
{
    for (auto& callback : trainer_.callbacks()) callback->after_evaluation(trainer_);
}

}  // namespace jetsmith
