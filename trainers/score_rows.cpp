// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "trainers/autocast.h"
#include "trainers/trainer.h"

namespace jetsmith {
namespace {

template <typename T>
std::vector<T> to_vector(const at::Tensor& tensor, at::ScalarType type)
{
    if (!tensor.defined()) return {};
    const auto host = tensor.to(at::kCPU, type).contiguous();
    const T* values = host.const_data_ptr<T>();
    return {values, values + host.numel()};
}

ScoreTable table_of(const EventStore& store, const Objective& objective,
                    const at::Tensor& scores_NC)
{
    ScoreTable table;
    table.rows = store.rows;
    table.classes = scores_NC.size(1);
    table.probabilities = objective.scores_are_probabilities();
    table.scores_NC = to_vector<double>(scores_NC, at::kDouble);
    table.labels_N = to_vector<int64_t>(store.labels_B, at::kLong);
    table.weights_N = to_vector<double>(store.weights_B, at::kDouble);
    table.source_rows_N = to_vector<int64_t>(store.source_rows_B, at::kLong);
    table.class_names = store.class_names;
    for (const auto& [name, values] : store.scalars)
        table.observers[name] = to_vector<double>(values, at::kDouble);
    return table;
}

}  // namespace

Evaluation score_rows(Model& model, const Input& input, const Objective& objective,
                      const EventStore& store, int64_t batch_size, at::ScalarType compute,
                      const std::vector<double>& class_weights)
{
    const auto start = std::chrono::steady_clock::now();
    const at::NoGradGuard no_grad;
    const bool was_training = model.is_training();
    model.eval();
    const auto device = store.source_rows_B.device();
    const auto order = at::arange(store.rows, at::TensorOptions(at::kLong).device(device));
    const auto factor_C = at::tensor(at::ArrayRef<double>(class_weights), at::kFloat).to(device);
    at::Tensor scores_NC, latent_NL, loss_sum, weight_sum;
    // Rows of batch after batch, in one tensor.
    const auto keep = [&](at::Tensor& all, const at::Tensor& part, int64_t begin) {
        if (!all.defined())
            all = at::empty({store.rows, part.size(1)}, part.options().dtype(at::kFloat));
        all.narrow(0, begin, part.size(0)).copy_(part);
    };
    for (int64_t begin = 0; begin < store.rows; begin += batch_size) {
        const int64_t rows = std::min(batch_size, store.rows - begin);
        Batch batch = input.make(store, order.narrow(0, begin, rows), std::nullopt, compute);
        const AutocastScope autocast(device.type(), compute);
        const Prediction prediction = model.forward(batch);
        keep(scores_NC, objective.scores(prediction, batch), begin);
        if (prediction.latent_BL.defined()) keep(latent_NL, prediction.latent_BL, begin);
        if (!store.labels_B.defined()) continue;
        if (!class_weights.empty())
            batch.weights_B = batch.weights_B.mul(factor_C.index_select(0, batch.labels_B));
        const auto weight = batch.weights_B.to(at::kDouble).sum();
        // A batch of rows that do not count has no mean.
        const auto mean = objective.loss(prediction, batch).to(at::kDouble);
        const auto loss = at::where(weight.eq(0), weight, mean.mul(weight));
        loss_sum = loss_sum.defined() ? loss_sum.add(loss) : loss;
        weight_sum = weight_sum.defined() ? weight_sum.add(weight) : weight;
    }
    model.train(was_training);
    Evaluation result;
    result.table = table_of(store, objective, scores_NC);
    if (latent_NL.defined()) result.latent_NL = latent_NL.to(at::kCPU);
    result.loss = loss_sum.defined() ? loss_sum.div(weight_sum).item<double>() : std::nan("");
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    result.rows_per_second = static_cast<double>(store.rows) / elapsed.count();
    return result;
}

}  // namespace jetsmith
