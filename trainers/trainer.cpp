// SPDX-License-Identifier: Apache-2.0
#include "trainers/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "analysis/evaluate_options.h"
#include "core/errors.h"
#include "core/stop_signal.h"
#include "trainers/bad_scores.h"

namespace jetsmith {
namespace {

double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The bounds of TrainerOptions leave room for it.
int64_t product(int64_t a, int64_t b)
{
    int64_t result = 0;
    ensure(!__builtin_mul_overflow(a, b, &result), fmt::format("{} * {} overflows", a, b));
    return result;
}

}  // namespace

TrainingLength training_length(const TrainerOptions& options, int64_t rows)
{
    const int64_t per_step = product(options.batch_size, options.accumulate);
    const int64_t per_epoch = std::max<int64_t>(1, rows / per_step + (rows % per_step != 0));
    return {product(per_epoch, options.epochs), per_epoch};
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
    settings.stop_on_nan = options.on_nan == "stop";
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
    const auto totals = runner_->totals().values();
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
    } catch (BadStepError& bad) {
        bad.saved = save_before_the_end();
        throw;
    }
    for (auto& callback : parts_.callbacks) callback->on_fit_end(*this);
}

void Trainer::run_epoch(RowFeed& train, RowFeed& val, const EvaluateOptions& evaluation)
{
    EpochRecord record = train_epoch(train);
    const Evaluation validation = evaluate(val);
    check_scores(validation.table, val, parts_.input, compute_);
    record.val_loss = validation.loss;
    record.metrics = measure(validation.table, evaluation);
    if (parts_.schedule) parts_.schedule->epoch_finished(record.val_loss);
    ++position_.epoch;
    position_.rows = 0;
    runner_->totals().reset();
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
    EpochRecord record;
    record.skipped = check_epoch();
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

double Trainer::training_loss(RowFeed& train)
{
    return parts_.model.closed_form() == nullptr ? running_loss() : evaluate(train).loss;
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
