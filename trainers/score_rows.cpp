// SPDX-License-Identifier: Apache-2.0
#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/where.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/stop_signal.h"
#include "trainers/autocast.h"
#include "trainers/class_factors.h"
#include "trainers/memory_advice.h"
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

/// Rows that are fetched together: batches are parts of them.
constexpr int64_t kBlock = 8192;

ScoreTable table_of(const EventStore& index, const Objective& objective,
                    const at::Tensor& scores_NC)
{
    ScoreTable table;
    table.rows = index.rows;
    table.classes = scores_NC.size(1);
    table.probabilities = objective.scores_are_probabilities();
    table.scores_NC = to_vector<double>(scores_NC, at::kDouble);
    table.labels_N = to_vector<int64_t>(index.labels_B, at::kLong);
    table.multi_label = index.targets_BL.defined();
    table.targets_NL = to_vector<uint8_t>(index.targets_BL, at::kByte);
    table.weights_N = to_vector<double>(index.weights_B, at::kDouble);
    table.source_rows_N = to_vector<int64_t>(index.source_rows_B, at::kLong);
    table.class_names = index.class_names;
    return table;
}

/// What scoring leaves behind, row by row and summed up.
class Scores {
  public:
    Scores(int64_t rows, const std::vector<double>& class_weights)
        : rows_(rows), class_weights_(class_weights)
    {
    }

    /// Rows [begin, begin + batch.size()).
    void add(Model& model, const Objective& objective, Batch batch, bool labelled, int64_t begin)
    {
        const Prediction prediction = model.forward(batch);
        keep(scores_NC, objective.scores(prediction, batch), begin);
        if (prediction.latent_BL.defined()) keep(latent_NL, prediction.latent_BL, begin);
        if (!labelled) return;
        if (!factors_) factors_.emplace(class_weights_, batch.weights_B.device());
        factors_->apply(batch);
        const auto weight = batch.weights_B.to(at::kDouble).sum();
        // A batch of rows that do not count has no mean.
        const auto mean = objective.loss(prediction, batch).to(at::kDouble);
        const auto loss = at::where(weight.eq(0), weight, mean.mul(weight));
        loss_sum_ = loss_sum_.defined() ? loss_sum_.add(loss) : loss;
        weight_sum_ = weight_sum_.defined() ? weight_sum_.add(weight) : weight;
    }

    void observe(const RowPiece& piece)
    {
        for (const auto& [name, values] : piece.store->scalars) {
            const auto some = to_vector<double>(values.index_select(0, piece.rows_B), at::kDouble);
            auto& all = observers[name];
            all.reserve(static_cast<size_t>(rows_));
            all.insert(all.end(), some.begin(), some.end());
        }
    }

    double loss() const
    {
        return loss_sum_.defined() ? loss_sum_.div(weight_sum_).item<double>() : std::nan("");
    }

    at::Tensor scores_NC, latent_NL;
    std::map<std::string, std::vector<double>> observers;

  private:
    /// Rows of batch after batch, in one tensor.
    void keep(at::Tensor& all, const at::Tensor& part, int64_t begin) const
    {
        if (!all.defined())
            all = at::empty({rows_, part.size(1)}, part.options().dtype(at::kFloat));
        all.narrow(0, begin, part.size(0)).copy_(part);
    }

    int64_t rows_;
    const std::vector<double>& class_weights_;
    std::optional<ClassFactors> factors_;
    at::Tensor loss_sum_, weight_sum_;
};

/// score_rows() without a thought for memory.
Evaluation score_all(Model& model, const Input& input, const Objective& objective, RowFeed& rows,
                     int64_t batch_size, at::ScalarType compute,
                     const std::vector<double>& class_weights)
{
    const auto start = std::chrono::steady_clock::now();
    const at::NoGradGuard no_grad;
    const bool was_training = model.is_training();
    model.eval();
    const EventStore& index = rows.index();
    Scores scores(index.rows, class_weights);
    const int64_t block =
        batch_size * std::max<int64_t>(1, piece_rows(rows, kBlock) / batch_size);
    for_each_block(rows, block, [&](const RowPiece& piece, int64_t begin) {
        const int64_t end = piece.rows_B.size(0);
        for (int64_t from = 0; from < end; from += batch_size) {
            stop_when_asked();
            const auto rows_B = piece.rows_B.narrow(0, from, std::min(batch_size, end - from));
            const Batch batch = input.make(*piece.store, rows_B, std::nullopt, compute);
            const AutocastScope autocast(rows_B.device().type(), compute);
            scores.add(model, objective, batch, index.labelled(), begin + from);
        }
        scores.observe(piece);
    });
    model.train(was_training);
    Evaluation result;
    result.table = table_of(index, objective, scores.scores_NC);
    result.table.observers = std::move(scores.observers);
    if (scores.latent_NL.defined()) result.latent_NL = scores.latent_NL.to(at::kCPU);
    result.loss = scores.loss();
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    result.rows_per_second = static_cast<double>(index.rows) / elapsed.count();
    return result;
}

at::Device device_of(const Model& model)
{
    for (const auto& all : {model.parameters(), model.buffers()})
        if (!all.empty()) return all.front().device();
    return at::kCPU;
}

}  // namespace

Evaluation score_rows(Model& model, const Input& input, const Objective& objective, RowFeed& rows,
                      int64_t batch_size, at::ScalarType compute,
                      const std::vector<double>& class_weights)
{
    const auto score = [&](RowFeed& feed, int64_t at_a_time) {
        return score_all(model, input, objective, feed, at_a_time, compute, class_weights);
    };
    const auto part_of_a_batch = [&](int64_t count) {
        ResidentFeed some(rows_of(rows, at::arange(count, at::kLong)));
        score(some, count);
    };
    Evaluation result;
    watching_memory([&] { result = score(rows, batch_size); },
                    [&] {
                        return MemoryUse{device_of(model), std::min(batch_size, rows.rows()),
                                         /*accumulate=*/0, part_of_a_batch};
                    });
    return result;
}

}  // namespace jetsmith
