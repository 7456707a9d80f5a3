// SPDX-License-Identifier: Apache-2.0
#include "trainers/bad_step.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "kernels/finite/finite.h"
#include "trainers/bad_value.h"

namespace jetsmith {
namespace {

constexpr size_t kMostRows = 32;  // that are looked for one by one: more are a matter of the batch
constexpr int64_t kMostShown = 5;

/// During its life the model may be used; then its buffers and its mode are what they were.
class BorrowedModel {
  public:
    explicit BorrowedModel(Model& model) : model_(model), training_(model.is_training())
    {
        for (const auto& buffer : model.buffers()) kept_.push_back(buffer.clone());
    }
    ~BorrowedModel()
    {
        const auto buffers = model_.buffers();
        for (size_t i = 0; i < kept_.size(); ++i) at::Tensor(buffers[i]).copy_(kept_[i]);
        model_.train(training_);
    }
    BorrowedModel(const BorrowedModel&) = delete;
    BorrowedModel& operator=(const BorrowedModel&) = delete;

  private:
    Model& model_;
    bool training_;
    std::vector<at::Tensor> kept_;
};

std::string entries_text(const TakenStep& step, int64_t batch_rows, const at::Tensor& rows_N)
{
    std::string entries;
    const auto shown = std::min(rows_N.size(0), kMostShown);
    for (int64_t i = 0; i < shown; ++i)
        entries += fmt::format("{}{}", i == 0 ? "" : ", ", rows_N[i].item<int64_t>());
    if (shown < rows_N.size(0)) entries += fmt::format(" and {} more", rows_N.size(0) - shown);
    return fmt::format("{} {} of the {} in the batch of step {}",
                       rows_N.size(0) == 1 ? "entry" : "entries", entries, batch_rows,
                       step.step + 1);
}

/// rows_N: of the batch.
std::string sentence(const TakenStep& step, const RowPiece& piece, const at::Tensor& rows_N,
                     const std::string& what, const char* wanted = "a number")
{
    const auto in_store = piece.rows_B.index_select(0, rows_N.to(piece.rows_B.device()));
    return fmt::format("{}: {} ({}; {} is wanted)", rows_text(*piece.store, in_store), what,
                       entries_text(step, piece.rows_B.size(0), rows_N), wanted);
}

bool is_number(const at::Tensor& scalar) { return std::isfinite(scalar.item<double>()); }

/// Name of the first parameter whose gradient is no number, and the value.
std::optional<std::pair<std::string, double>> bad_gradient(Model& model)
{
    for (const auto& parameter : model.named_parameters()) {
        const auto& gradient = parameter.value().grad();
        if (!gradient.defined() || kernels::all_finite(gradient)) continue;
        const auto bad = gradient.masked_select(at::isfinite(gradient).logical_not());
        return std::pair(parameter.key(), bad[0].item<double>());
    }
    return std::nullopt;
}

/// Makes a part of a batch again, each row with the weight 1. True where its loss, or else the
/// gradient, is no number.
bool is_bad(const StepAgain& again, const RowPiece& piece, int64_t begin, int64_t end,
            bool gradient)
{
    Batch batch = again.batch({piece.store, piece.rows_B.narrow(0, begin, end - begin)});
    batch.weights_B.fill_(1);
    again.begin();
    return !is_number(again.loss(batch)) || (gradient && bad_gradient(again.model));
}

/// Halves the batch until single rows are left.
void search(const StepAgain& again, const RowPiece& piece, int64_t begin, int64_t end,
            bool gradient, std::vector<int64_t>& found)
{
    if (found.size() >= kMostRows || !is_bad(again, piece, begin, end, gradient)) return;
    if (end - begin == 1) {
        found.push_back(begin);
        return;
    }
    const int64_t middle = (begin + end) / 2;
    search(again, piece, begin, middle, gradient, found);
    search(again, piece, middle, end, gradient, found);
}

/// Rows that are bad by themselves; all of the batch where none is, or too many are.
at::Tensor bad_rows(const StepAgain& again, const RowPiece& piece, bool gradient)
{
    std::vector<int64_t> found;
    again.model.eval();  // batch norm would mix rows
    search(again, piece, 0, piece.rows_B.size(0), gradient, found);
    const bool all = found.empty() || found.size() >= kMostRows;
    return all ? at::arange(piece.rows_B.size(0), at::kLong) : at::tensor(found, at::kLong);
}

/// What is wrong with one batch of the step, loss and gradient.
std::optional<BadStep> bad_result(const TakenStep& step, const RowPiece& piece,
                                  const StepAgain& again)
{
    again.begin();
    const Batch batch = again.batch(piece);
    const auto loss = again.loss(batch);
    if (!is_number(loss)) {
        if (batch.weights_B.sum().item<double>() == 0)
            return BadStep{BadCause::weights,
                           sentence(step, piece, at::arange(piece.rows_B.size(0), at::kLong),
                                    "the weights of the batch add up to 0", "another sum")};
        const auto value = value_text(loss.item<double>());
        return BadStep{BadCause::loss, sentence(step, piece, bad_rows(again, piece, false),
                                                "the loss is " + value)};
    }
    const auto gradient = bad_gradient(again.model);
    if (!gradient) return std::nullopt;
    const auto what = fmt::format("the gradient of parameter '{}' is {}", gradient->first,
                                  value_text(gradient->second));
    return BadStep{BadCause::gradient, sentence(step, piece, bad_rows(again, piece, true), what)};
}

std::string remedy(BadCause cause)
{
    const std::string unchanged = "No parameter was changed. ";
    const std::string skip = "leave such steps out with trainer.on_nan: skip.";
    switch (cause) {
        case BadCause::input: return unchanged + "Leave such rows out with data.select, or " + skip;
        case BadCause::weights: return unchanged + "Set a larger trainer.batch_size, or " + skip;
        case BadCause::parameter:
            return "Start again with a lower optimizer.lr or trainer.clip_norm: 1.";
        default:
            return unchanged +
                   "Set a lower optimizer.lr, trainer.clip_norm: 1 or "
                   "trainer.precision: fp32, or " +
                   skip;
    }
}

}  // namespace

std::string bad_parameter_text(const Model& model)
{
    const auto look = [](const auto& items, const char* kind) -> std::string {
        for (const auto& item : items) {
            const at::Tensor& values = item.value();
            if (kernels::all_finite(values)) continue;
            const auto bad = values.masked_select(at::isfinite(values).logical_not());
            return fmt::format("{} '{}' is {} ({} of {} values; numbers are wanted)", kind,
                               item.key(), value_text(bad[0].template item<double>()), bad.numel(),
                               values.numel());
        }
        return "";
    };
    const auto text = look(model.named_parameters(), "parameter");
    return text.empty() ? look(model.named_buffers(), "buffer") : text;
}

BadStep find_bad(const TakenStep& step, const StepAgain& again)
{
    const BorrowedModel borrowed(again.model);
    if (const auto text = bad_parameter_text(again.model); !text.empty())
        return {BadCause::parameter, fmt::format("before step {}: {}", step.step + 1, text)};
    for (const RowPiece& piece : step.batches)
        if (const auto bad = find_bad_value(again.batch(piece), again.input))
            return {BadCause::input,
                    sentence(step, piece, bad->rows_N, bad->name + " is " + bad->value)};
    for (const RowPiece& piece : step.batches)
        if (const auto bad = bad_result(step, piece, again)) return *bad;
    return {BadCause::gradient,
            sentence(step, step.batches.front(),
                     at::arange(step.batches.front().rows_B.size(0), at::kLong),
                     "the norm of the gradient is infinite, though each part is a number")};
}

BadStepError::BadStepError(const BadStep& step)
    : RunError("{}. {}", step.text, remedy(step.cause)), cause(step.cause)
{
}

}  // namespace jetsmith
