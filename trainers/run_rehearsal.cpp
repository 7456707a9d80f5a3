// SPDX-License-Identifier: Apache-2.0
#include "trainers/run_rehearsal.h"

#include <ATen/ops/_unique.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "core/errors.h"
#include "datasets/epoch_order.h"
#include "trainers/seen_files.h"
#include "trainers/selection.h"

namespace jetsmith {
namespace {

/// About as many rows as a batch has, drawn at random, and one in and one outside of every class:
/// what metrics need.
at::Tensor some_rows(const EventStore& store, int64_t batch_size)
{
    const at::Tensor order = epoch_order(store, 0, 0);
    std::vector<at::Tensor> rows{order.narrow(0, 0, std::min(store.rows, batch_size))};
    for (size_t label = 0; label < store.class_names.size(); ++label) {
        const at::Tensor members =
            store.belongs(static_cast<int64_t>(label)).index_select(0, order);
        for (const auto& wanted : {members, members.logical_not()})
            if (const at::Tensor found = wanted.nonzero(); found.size(0) > 0)
                rows.push_back(order.index_select(0, found.select(0, 0)));
    }
    return std::get<0>(at::_unique(at::cat(rows)));
}

}  // namespace

std::unique_ptr<Trainer> make_trainer(RunBuilder& run,
                                      std::vector<std::unique_ptr<Callback>> standard)
{
    const auto seed = static_cast<uint64_t>(run.config.seed);
    const auto& options = run.config.trainer;
    FlatParameters parameters(*run.model);
    const auto length = training_length(options, run.train->rows());
    const bool steps = run.model->closed_form() == nullptr;
    auto callbacks = run.config.make_callbacks();
    std::move(standard.begin(), standard.end(), std::back_inserter(callbacks));
    TrainerParts parts{*run.input,
                       *run.model,
                       *run.objective,
                       steps ? run.config.make_optimizer(parameters.values()) : nullptr,
                       steps ? run.config.make_schedule(length) : nullptr,
                       std::move(callbacks),
                       run.class_weights,
                       run.validation_weights};
    return std::make_unique<Trainer>(options, std::move(parts), std::move(parameters), seed,
                                     run.device, run.precision.compute);
}

void rehearse(RunBuilder& run, Trainer& trainer)
{
    EventStore some = rows_of(*run.val, some_rows(run.val->index(), run.config.trainer.batch_size));
    some.weights_B = at::ones({some.rows}, at::kDouble);
    ResidentFeed rows(some.to(run.device));
    const ScoreTable table = trainer.evaluate(rows).table;
    const auto bad = std::find_if(table.scores_NC.begin(), table.scores_NC.end(),
                                  [](double score) { return !std::isfinite(score); });
    if (bad != table.scores_NC.end()) {
        const auto row = (bad - table.scores_NC.begin()) / table.classes;
        throw UserError(
            "data.val: the untrained model makes {} of row {} (a number is wanted; its "
            "inputs are NaN, infinite or huge). jetsmith inspect shows the columns.",
            *bad, table.source_rows_N[static_cast<size_t>(row)]);
    }
    EpochRecord record;
    record.metrics = measure(table, run.config.evaluate);
    select_figure(record, run.config.trainer.select, "trainer.select");
    for (const auto& callback : trainer.callbacks()) callback->check(record);
}

std::string check_run(const ConfigNode& root)
{
    RunBuilder run(root);
    run.load_data(/*with_test=*/true);
    run.build_model(*run.train);
    if (!take_initial_weights(run.config.init, *run.model, *run.input))
        run.input->fit(*run.train, run.class_weights);
    freeze(run.config.init, *run.model);
    warn_of_seen_files(run);
    run.config.trainer.epochs = 1;
    auto trainer = make_trainer(run, {});
    rehearse(run, *trainer);
    for (auto* rows : {&run.train, &run.val}) {
        const at::Tensor some = some_rows((*rows)->index(), run.config.trainer.batch_size);
        *rows = std::make_unique<ResidentFeed>(rows_of(**rows, some).to(run.device));
    }
    trainer->fit(*run.train, *run.val, run.config.evaluate);
    return to_yaml(run.config.resolved());
}

}  // namespace jetsmith
