// SPDX-License-Identifier: Apache-2.0
// The steps of an epoch, and what is done when one cannot be taken.
#include <algorithm>

#include "core/log.h"
#include "core/stop_signal.h"
#include "datasets/epoch_order.h"
#include "trainers/memory_advice.h"
#include "trainers/trainer.h"

namespace jetsmith {

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
        take_step(train);
        for (auto& callback : parts_.callbacks) callback->on_step_end(*this);
        stop_when_asked();
    }
}

void Trainer::take_step(RowFeed& train)
{
    const TrainerPosition before = position_;
    std::vector<RowPiece> batches;
    for (int64_t i = 0; i < options_.accumulate && position_.rows < rows_per_epoch_; ++i) {
        batches.push_back(
            train.next(std::min(options_.batch_size, rows_per_epoch_ - position_.rows)));
        position_.rows += batches.back().rows_B.size(0);
    }
    const double rate = parts_.optimizer->learning_rate() * parts_.schedule->factor(position_.step);
    const Augment augment{seed_, static_cast<uint32_t>(position_.epoch), {}};
    const auto part_of_a_batch = [&](int64_t rows) {
        const RowPiece& largest = batches.front();
        runner_->attempt({largest.store, largest.rows_B.narrow(0, 0, rows)}, augment);
    };
    try {
        watching_memory([&] { runner_->run(batches, rate, augment, position_.step); },
                        [&] {
                            return MemoryUse{device_, batches.front().rows_B.size(0),
                                             options_.accumulate, part_of_a_batch};
                        });
        heed_bad_steps(/*wait=*/false);
    } catch (...) {
        position_ = before;
        throw;
    }
    ++position_.step;
}

/// The rows as they are, in file order; another pass would find the same again.
void Trainer::solve(RowFeed& train, ClosedForm& learner)
{
    parts_.model.eval();
    for_each_block(train, options_.batch_size, [&](const RowPiece& rows, int64_t) {
        runner_->show(rows, learner, position_.step);
        heed_bad_steps(/*wait=*/true);
        position_.rows += rows.rows_B.size(0);
        ++position_.step;
        for (auto& callback : parts_.callbacks) callback->on_step_end(*this);
    });
    learner.solve();
    position_.stop = true;
}

void Trainer::heed_bad_steps(bool wait)
{
    while (const auto bad = runner_->next_bad(wait)) {
        const bool skip = options_.on_nan == "skip";
        if (skip && warned_epoch_ == position_.epoch) continue;
        const BadStep why = runner_->explain(*bad);
        // With such parameters no step would ever be good again.
        if (!skip || why.cause == BadCause::parameter) throw BadStepError(why);
        log::warning("{}; the step is left out, and further ones of this epoch are counted",
                     why.text);
        warned_epoch_ = position_.epoch;
    }
}

int64_t Trainer::check_epoch()
{
    settle();
    if (const auto text = bad_parameter_text(parts_.model); !text.empty())
        throw BadStepError(
            {BadCause::parameter, fmt::format("after step {}: {}", position_.step, text)});
    const auto skipped = static_cast<int64_t>(runner_->totals().values().skipped);
    if (skipped > 0 && skipped >= length_.steps_per_epoch)
        throw RunError(
            "trainer.on_nan: all {} steps of epoch {} were left out (NaN or infinity in "
            "each of them; a step without is wanted). Set trainer.on_nan: stop to see "
            "where the first came from.",
            skipped, position_.epoch + 1);
    return skipped;
}

bool Trainer::save_before_the_end()
{
    // On a GPU other steps were launched meanwhile, and averages of the weights counted them.
    if (device_.is_cuda() || !parts_.optimizer) return false;
    try {
        for (auto& callback : parts_.callbacks) callback->on_stop(*this);
        return true;
    } catch (const RunError&) {
        return false;
    }
}

}  // namespace jetsmith
