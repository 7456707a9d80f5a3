// SPDX-License-Identifier: Apache-2.0
#include "trainers/step_runner.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
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
      parameters_(parameters)
{
    keep_freed_memory();
    const auto options = parameters.values().options();
    learning_rate_ = at::zeros({}, options);
    skip_ = at::zeros({}, options.dtype(at::kFloat));
    totals_ = at::zeros({3}, options.dtype(at::kDouble));
    device_epoch_ = at::zeros({}, options.dtype(at::kLong));
    const auto& weights = settings.class_weights;
    if (std::any_of(weights.begin(), weights.end(), [](double w) { return w != 1.0; }))
        class_weights_C_ =
            at::tensor(at::ArrayRef<double>(weights), at::kFloat).to(options.device());
}

void StepRunner::run(const EventStore& store, const std::vector<at::Tensor>& rows,
                     double learning_rate, const Augment& augment, int64_t step)
{
    // LibTorch's generators have a state; a key per step makes them a function of the step.
    at::manual_seed(
        random_bits({settings_.seed, Purpose::dropout, 0, static_cast<uint64_t>(step)}));
    learning_rate_.fill_(learning_rate);
    if (settings_.use_graph && rows.size() == 1) {
        run_graph(store, rows.front(), augment);
    } else {
        run_eager(store, rows, augment);
    }
}

Batch StepRunner::make_batch(const EventStore& store, const at::Tensor& rows_B,
                             const std::optional<Augment>& augment) const
{
    Batch batch = input_.make(store, rows_B, augment, settings_.compute);
    if (class_weights_C_.defined())
        batch.weights_B = batch.weights_B.mul(class_weights_C_.index_select(0, batch.labels_B));
    if (settings_.signs_only) batch.weights_B = batch.weights_B.sign();
    return batch;
}

void StepRunner::show(const EventStore& store, const at::Tensor& rows_B, ClosedForm& learner)
{
    const at::NoGradGuard no_grad;
    const double start = now();
    const Batch batch = make_batch(store, rows_B, std::nullopt);
    const double made = now();
    learner.add(batch);
    data_seconds_ += made - start;
    compute_seconds_ += now() - made;
}

void StepRunner::run_eager(const EventStore& store, const std::vector<at::Tensor>& rows,
                           const Augment& augment)
{
    const auto device = parameters_.values().device().type();
    parameters_.zero_gradients();
    skip_.zero_();
    for (const auto& rows_B : rows) {
        const double start = now();
        const Batch batch = make_batch(store, rows_B, augment);
        const double made = now();
        at::Tensor loss;
        {
            const AutocastScope autocast(device, settings_.compute, !settings_.use_graph);
            loss = objective_.backward(model_, batch, 1.0 / static_cast<double>(rows.size()));
        }
        const at::NoGradGuard no_grad;
        const auto finite = at::isfinite(loss);
        skip_.logical_or_(finite.logical_not());
        const auto count = static_cast<double>(batch.size());
        totals_.select(0, 0).add_(loss.to(at::kDouble), count);
        totals_.select(0, 1).add_(count);
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
    if (settings_.clip_norm > 0) {
        // The coefficient stays on the device: no step waits for the host.
        const auto norm = at::linalg_vector_norm(parameters_.gradients());
        skip_.logical_or_(at::isfinite(norm).logical_not());
        const auto coefficient =
            norm.add(1e-6).reciprocal_().mul_(settings_.clip_norm).clamp_max_(1.0);
        at::Tensor(parameters_.gradients()).mul_(coefficient);
    }
    at::Tensor values = parameters_.values();
    optimizer_->step(values, parameters_.gradients(), learning_rate_, skip_);
    totals_.select(0, 2).add_(skip_);
}

void StepRunner::run_graph(const EventStore& store, const at::Tensor& rows, const Augment& augment)
{
    auto& graph = graphs_[rows.size(0)];
    if (!graph.rows_B.defined()) graph.rows_B = rows.clone();
    graph.rows_B.copy_(rows, /*non_blocking=*/true);
    device_epoch_.fill_(static_cast<int64_t>(augment.epoch));
    Augment in_graph = augment;
    in_graph.device_epoch = device_epoch_;
    const auto work = [&] { run_eager(store, {graph.rows_B}, in_graph); };
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

StepRunner::Totals StepRunner::totals() const
{
    const auto host = totals_.to(at::kCPU);
    const double* values = host.const_data_ptr<double>();
    return {values[0], values[1], values[2]};
}

void StepRunner::reset_totals()
{
    totals_.zero_();
    data_seconds_ = compute_seconds_ = 0;
}

}  // namespace jetsmith
