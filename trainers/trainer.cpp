// SPDX-License-Identifier: Apache-2.0
#include "trainers/trainer.h"

#include <ATen/ops/arange.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "analysis/evaluate_options.h"
#include "core/errors.h"
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

void Trainer::fit(const EventStore& train, const EventStore& val, const EvaluateOptions& evaluation)
{
    length_ = training_length(options_, train.rows);
    rows_per_epoch_ = train.rows;
    row_noun_ = train.row_noun;
    for (auto& callback : parts_.callbacks) callback->on_fit_begin(*this);
    while (position_.epoch < options_.epochs && !position_.stop) {
        EpochRecord record = train_epoch(train);
        const Evaluation validation = evaluate(val);
        record.val_loss = validation.loss;
        record.metrics = measure(validation.table, evaluation);
        if (parts_.schedule) parts_.schedule->epoch_finished(record.val_loss);
        for (auto& callback : parts_.callbacks) callback->on_epoch_end(*this, record);
    }
    for (auto& callback : parts_.callbacks) callback->on_fit_end(*this);
}

EpochRecord Trainer::train_epoch(const EventStore& train)
{
    const auto start = std::chrono::steady_clock::now();
    runner_->reset_totals();
    rows_done_ = 0;
    ClosedForm* const learner = parts_.model.closed_form();
    if (learner != nullptr) {
        solve(train, *learner);
    } else {
        take_steps(train);
    }
    ++position_.epoch;
    check_finite();
    EpochRecord record;
    record.epoch = position_.epoch;
    record.step = position_.step;
    record.learning_rate = current_learning_rate();
    record.seconds = seconds_since(start);
    record.rows_per_second = static_cast<double>(train.rows) / record.seconds;
    record.data_share = 1 - runner_->compute_seconds() / record.seconds;
    record.train_loss = training_loss(train);
    return record;
}

void Trainer::take_steps(const EventStore& train)
{
    parts_.model.train();
    const auto epoch = static_cast<uint32_t>(position_.epoch);
    const at::Tensor order = (options_.sampling == "weighted"
                                  ? weighted_order(train, seed_, epoch, parts_.class_weights)
                                  : epoch_order(train, seed_, epoch))
                                 .to(device_);
    while (rows_done_ < train.rows) {
        std::vector<at::Tensor> batches;
        for (int64_t i = 0; i < options_.accumulate && rows_done_ < train.rows; ++i) {
            const int64_t rows = std::min(options_.batch_size, train.rows - rows_done_);
            batches.push_back(order.narrow(0, rows_done_, rows));
            rows_done_ += rows;
        }
        const double rate =
            parts_.optimizer->learning_rate() * parts_.schedule->factor(position_.step);
        runner_->run(train, batches, rate, Augment{seed_, epoch, {}}, position_.step);
        ++position_.step;
        for (auto& callback : parts_.callbacks) callback->on_step_end(*this);
    }
}

/// The rows as they are, in the order of the store; another pass would find the same again.
void Trainer::solve(const EventStore& train, ClosedForm& learner)
{
    parts_.model.eval();
    const at::Tensor order = at::arange(train.rows, at::TensorOptions(at::kLong).device(device_));
    while (rows_done_ < train.rows) {
        const int64_t rows = std::min(options_.batch_size, train.rows - rows_done_);
        runner_->show(train, order.narrow(0, rows_done_, rows), learner);
        rows_done_ += rows;
        ++position_.step;
        for (auto& callback : parts_.callbacks) callback->on_step_end(*this);
    }
    learner.solve();
    position_.stop = true;
}

double Trainer::training_loss(const EventStore& train)
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

Evaluation Trainer::evaluate(const EventStore& store)
{
    for (auto& callback : parts_.callbacks) callback->before_evaluation(*this);
    auto result = score_rows(
        parts_.model, parts_.input, parts_.objective, store, options_.batch_size, compute_,
        parts_.validation_weights.empty() ? parts_.class_weights : parts_.validation_weights);
    for (auto& callback : parts_.callbacks) callback->after_evaluation(*this);
    return result;
}

}  // namespace jetsmith
