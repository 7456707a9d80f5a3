// SPDX-License-Identifier: Apache-2.0
#include "trainers/training_run.h"

#include <ATen/ops/_unique.h>
#include <ATen/ops/cat.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "analysis/report_html.h"
#include "core/atomic_file.h"
#include "core/cuda_plugin.h"
#include "core/log.h"
#include "datasets/epoch_order.h"
#include "trainers/checkpoint.h"
#include "trainers/evaluation_run.h"
#include "trainers/run_callbacks.h"
#include "trainers/run_folder.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Remembers the rate of the fastest epoch for metadata.json.
class RateCallback final : public Callback {
  public:
    explicit RateCallback(double& rate) : rate_(rate) {}
    void on_epoch_end(Trainer&, const EpochRecord& record) override
    {
        rate_ = std::max(rate_, record.rows_per_second);
    }

  private:
    double& rate_;
};

std::vector<std::unique_ptr<Callback>> run_callbacks(const TrainerOptions& options,
                                                     const fs::path& folder, double& rate)
{
    std::vector<std::unique_ptr<Callback>> callbacks;
    callbacks.push_back(make_progress_callback());
    callbacks.push_back(make_history_callback(folder / "history.csv"));
    callbacks.push_back(make_checkpoint_callback(folder / "checkpoints", options.select,
                                                 options.keep_checkpoints));
    callbacks.push_back(std::make_unique<RateCallback>(rate));
    return callbacks;
}

/// `standard`: the callbacks of every run; those of the config come first, so that a checkpoint
/// finds moving averages up to date.
std::unique_ptr<Trainer> make_trainer(RunBuilder& run,
                                      std::vector<std::unique_ptr<Callback>> standard)
{
    const auto seed = static_cast<uint64_t>(run.config.seed);
    const auto& options = run.config.trainer;
    FlatParameters parameters(*run.model);
    const auto length = training_length(options, run.train.rows);
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

/// {split: {file: SHA-256}}.
Json source_hashes(RunBuilder& run)
{
    Json all = Json::object();
    for (const Split split : {Split::train, Split::val, Split::test})
        for (const auto& file : run.reader->files(split))
            all[std::string(split_name(split))][file.string()] = run.hashes.of(file);
    return all;
}

Json metadata_of(RunBuilder& run)
{
    Json metadata = environment_facts(run.device, run.precision);
    metadata["name"] = run.config.name;
    metadata["group"] = run.config.group(run.hashes);
    metadata["seed"] = run.config.seed;
    metadata["class_names"] = run.reader->class_names();
    metadata["parameters"] = trainable_parameters(*run.model);
    metadata["source_hashes"] = source_hashes(run);
    metadata["data"] = Json::parse(run.data_card_json);
    return metadata;
}

/// About as many rows as a batch has, drawn at random, and one of every class: what metrics need.
at::Tensor some_rows(const EventStore& store, int64_t batch_size)
{
    const at::Tensor order = epoch_order(store, 0, 0);
    const at::Tensor labels = store.labels_B.index_select(0, order);
    std::vector<at::Tensor> rows{order.narrow(0, 0, std::min(store.rows, batch_size))};
    for (size_t label = 0; label < store.class_names.size(); ++label) {
        const at::Tensor found = labels.eq(static_cast<int64_t>(label)).nonzero();
        if (found.size(0) > 0) rows.push_back(order.index_select(0, found.select(0, 0)));
    }
    return std::get<0>(at::_unique(at::cat(rows)));
}

void write_json(const fs::path& path, const Json& json)
{
    write_atomically(path, json.dump(2) + "\n");
}

}  // namespace

std::string check_run(const ConfigNode& root)
{
    RunBuilder run(root);
    run.load_data(/*with_test=*/true);
    run.build_model(run.train);
    run.input->fit(run.train);
    run.config.trainer.epochs = 1;
    const int64_t batch = run.config.trainer.batch_size;
    run.train = run.train.select(some_rows(run.train, batch)).to(run.device);
    run.val = run.val.select(some_rows(run.val, batch)).to(run.device);
    make_trainer(run, {})->fit(run.train, run.val, run.config.evaluate);
    return run.config.resolved();
}

fs::path train_run(const ConfigNode& root, const fs::path& out)
{
    RunBuilder run(root);
    run.load_data(/*with_test=*/true);
    run.build_model(run.train);
    run.input->fit(run.train);
    log::info("model: {} trainable parameters", trainable_parameters(*run.model));

    double rate = 0;
    const fs::path folder = create_run_folder(out, run.config.name);
    log::to_file(folder / "log.txt");
    auto trainer = make_trainer(run, run_callbacks(run.config.trainer, folder, rate));
    write_atomically(folder / "config.yaml", run.config.resolved());
    Json metadata = metadata_of(run);
    write_json(folder / "metadata.json", metadata);
    write_atomically(folder / "data_card.txt", run.data_card_text);
    log::info("run folder {}", folder.string());

    run.train = run.train.to(run.device);
    run.val = run.val.to(run.device);
    trainer->fit(run.train, run.val, run.config.evaluate);

    metadata["train_rate"] = {{"value", rate}, {"unit", run.train.row_noun + "/s"}};
    metadata["epochs"] = trainer->position().epoch;
    if (run.device.is_cuda())
        metadata["peak_gpu_memory"] = cuda_plugin()->peak_memory(run.device.index());
    write_json(folder / "metadata.json", metadata);

    const EventStore& last_look = run.test ? *run.test : run.val;
    load_weights(checkpoint_folder(folder), *run.model, *run.input);
    evaluate_into(folder, run, last_look.to(run.device));
    analysis::write_report({folder}, folder / "report.html");
    return folder;
}

}  // namespace jetsmith
