// SPDX-License-Identifier: Apache-2.0
#include "trainers/step_runner.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros.h>

#include <chrono>

#include "core/errors.h"
#include "core/host_memory.h"
#include "core/random.h"
#include "trainers/autocast.h"

namespace jetsmith {
namespace {

constexpr int kWarmUps = 3;  // steps before a capture: libraries allocate and choose algorithms

double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

}  // namespace

StepRunner::StepRunner(const Settings& settings, const Input& input, Model& model,
                       const Objective& objective, Optimizer* optimizer, FlatParameters& parameters)
    : settings_(settings),
      input_(input),
      model_(model),
      objective_(objective),
      optimizer_(optimizer),
      parameters_(parameters),
      class_factors_(settings.class_weights, parameters.values().device()),
      guard_(model, parameters.values().device(), settings.stop_on_nan),
      totals_(parameters.values().device())
{
    keep_freed_memory();
    const auto options = parameters.values().options();
    learning_rate_ = at::zeros({}, options);
    device_epoch_ = at::zeros({}, options.dtype(at::kLong));
}

void StepRunner::run(const std::vector<RowPiece>& batches, double learning_rate,
                     const Augment& augment, int64_t step)
{
    seed(step);
    learning_rate_.fill_(learning_rate);
    if (settings_.use_graph && batches.size() == 1) {
        run_graph(batches.front(), augment);
    } else {
        run_eager(batches, augment);
    }
    guard_.taken({batches, augment, step});
}

/// LibTorch's generators have a state; a key per step makes them a function of the step.
void StepRunner::seed(int64_t step) const
{
    at::manual_seed(
        random_bits({settings_.seed, Purpose::dropout, 0, static_cast<uint64_t>(step)}));
}

Batch StepRunner::make_batch(const RowPiece& rows, const std::optional<Augment>& augment) const
{
    Batch batch = input_.make(*rows.store, rows.rows_B, augment, settings_.compute);
    class_factors_.apply(batch);
    if (settings_.signs_only) batch.weights_B = batch.weights_B.sign();
    return batch;
}

void StepRunner::show(const RowPiece& rows, ClosedForm& learner, int64_t step)
{
    const at::NoGradGuard no_grad;
    const double start = now();
    const Batch batch = make_batch(rows, std::nullopt);
    const double made = now();
    guard_.begin();
    guard_.look_into(batch);
    const bool good = guard_.flag().item<float>() == 0;
    if (good) learner.add(batch);
    guard_.end();
    guard_.taken({{rows}, {}, step});
    totals_.begin_step();
    if (!settings_.stop_on_nan) totals_.end_step(guard_.flag());
    data_seconds_ += made - start;
    compute_seconds_ += now() - made;
}

at::Tensor StepRunner::backward(const Batch& batch, double scale)
{
    const auto device = parameters_.values().device().type();
    const AutocastScope autocast(device, settings_.compute, !settings_.use_graph);
    return objective_.backward(model_, batch, scale);
}

void StepRunner::run_eager(const std::vector<RowPiece>& batches, const Augment& augment)
{
    parameters_.zero_gradients();
    guard_.begin();
    totals_.begin_step();
    for (const RowPiece& rows : batches) {
        const double start = now();
        const Batch batch = make_batch(rows, augment);
        const double made = now();
        guard_.look_into(batch);
        if (guard_.sees_bad()) break;
        const auto loss = backward(batch, 1.0 / static_cast<double>(batches.size()));
        const at::NoGradGuard no_grad;
        totals_.add(loss, batch.size());
        data_seconds_ += made - start;
        compute_seconds_ += now() - made;
    }
    const double start = now();
    update();
    compute_seconds_ += now() - start;
}

void StepRunner::update()
{
    const at::NoGradGuard no_grad;
    at::Tensor values = parameters_.values();
    // Parameters too: a ReLU makes 0 of -inf, and on some processors of NaN.
    if (settings_.clip_norm > 0) {
        // The coefficient stays on the device: no step waits for the host.
        const auto norm = at::linalg_vector_norm(parameters_.gradients());
        guard_.look({totals_.step(), norm, values});
        const auto coefficient =
            norm.add(1e-6).reciprocal_().mul_(settings_.clip_norm).clamp_max_(1.0);
        at::Tensor(parameters_.gradients()).mul_(coefficient);
    } else {
        guard_.look({totals_.step(), parameters_.gradients(), values});
    }
    const bool known_bad = guard_.sees_bad();
    if (!known_bad) optimizer_->step(values, parameters_.gradients(), learning_rate_, guard_.flag());
    guard_.end();
    if (!known_bad || !settings_.stop_on_nan) totals_.end_step(guard_.flag());
}

BadStep StepRunner::explain(const TakenStep& step)
{
    return find_bad(step, {input_, model_,
                           [&](const RowPiece& rows) { return make_batch(rows, step.augment); },
                           [&] {
                               parameters_.zero_gradients();
                               seed(step.step);
                           },
                           [&](const Batch& batch) { return backward(batch, 1.0); }});
}

void StepRunner::attempt(const RowPiece& rows, const Augment& augment)
{
    graphs_.clear();  // they hold memory
    parameters_.zero_gradients();
    backward(make_batch(rows, augment), 1.0);
}

void StepRunner::run_graph(const RowPiece& rows, const Augment& augment)
{
    if (graph_store_ != rows.store) {
        graphs_.clear();
        graph_store_ = rows.store;
    }
    auto& graph = graphs_[rows.rows_B.size(0)];
    if (!graph.rows_B.defined()) graph.rows_B = rows.rows_B.clone();
    graph.rows_B.copy_(rows.rows_B, /*non_blocking=*/true);
    device_epoch_.fill_(static_cast<int64_t>(augment.epoch));
    Augment in_graph = augment;
    in_graph.device_epoch = device_epoch_;
    const auto work = [&] { run_eager({{rows.store, graph.rows_B}}, in_graph); };
    if (graph.step) {
        graph.step->replay();
    } else if (graph.warm_ups < kWarmUps) {
        ++graph.warm_ups;
        cuda_plugin()->on_side_stream(work);
    } else {
        graph.step = cuda_plugin()->make_captured_step();
        graph.step->capture(work);
        graph.step->replay();
    }
}

void StepRunner::reset_times() { data_seconds_ = compute_seconds_ = 0; }

}  // namespace jetsmith
