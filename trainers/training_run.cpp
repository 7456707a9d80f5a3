// SPDX-License-Identifier: Apache-2.0
#include "trainers/training_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/report_html.h"
#include "core/atomic_file.h"
#include "core/cuda_plugin.h"
#include "core/log.h"
#include "core/parallel.h"
#include "core/sha256.h"
#include "core/stop_signal.h"
#include "trainers/checkpoint_callback.h"
#include "trainers/checkpoint_folders.h"
#include "trainers/evaluation_run.h"
#include "trainers/out_of_memory.h"
#include "trainers/resume.h"
#include "trainers/run_callbacks.h"
#include "trainers/run_folder.h"
#include "trainers/run_rehearsal.h"
#include "trainers/seen_files.h"

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
    Json state() const override { return {{"rate", rate_}}; }
    void load_state(const Json& state) override { rate_ = state.at("rate"); }

  private:
    double& rate_;
};

/// {split: {file: SHA-256}}. Waits for hashes that are still being computed.
Json source_hashes(RunBuilder& run)
{
    Json all = Json::object();
    for (const Split split : {Split::train, Split::val, Split::test})
        for (const auto& file : run.reader->files(split))
            all[std::string(split_name(split))][file.string()] = run.hashes.of(file);
    return all;
}

Json metadata_of(RunBuilder& run, const Json& hashes, const std::string& group)
{
    Json metadata = environment_facts(run.device, run.precision);
    metadata["name"] = run.config.name;
    metadata["group"] = group;
    metadata["seed"] = run.config.seed;
    metadata["class_names"] = run.reader->class_names();
    metadata["parameters"] = trainable_parameters(*run.model);
    metadata["source_hashes"] = hashes;
    metadata["data"] = Json::parse(run.data_card_json);
    return metadata;
}

/// What metadata.json of an old run says; no object where it says nothing.
Json metadata_before(const fs::path& file)
{
    if (!fs::exists(file)) return {};
    return Json::parse(read_text(file), nullptr, /*allow_exceptions=*/false);
}

/// What the run said of its first start, with this one added to its list.
Json continued(Json metadata, const Json& before, const Checkpoint& from)
{
    if (!before.is_object()) return metadata;
    metadata["resumed"] = before.value("resumed", Json::array());
    Json start;
    start["time"] = metadata["started"];
    start["step"] = from.state.at("step");
    start["hardware"] = metadata["hardware"];
    metadata["resumed"].push_back(start);
    metadata["started"] = before.value("started", metadata["started"]);
    return metadata;
}

void write_json(const fs::path& path, const Json& json)
{
    write_atomically(path, json.dump(2) + "\n");
}

/// A run with its folder, from the first look at the data to the report.
class TrainingRun {
  public:
    TrainingRun(const ConfigNode& root, const RunTarget& target) : run_(root), target_(target) {}

    fs::path train()
    {
        open();
        prepare();
        if (is_complete()) {
            log::info("the run is complete");
            return path_;
        }
        fs::remove(path_ / "report.html");
        write_head();
        move_rows();
        fit();
        evaluate();
        return path_;
    }

  private:
    /// The folder of an old run belongs to this process before it looks at anything else; a new one
    /// is made when little can go wrong any more.
    void open()
    {
        if (target_.resume.empty()) {
            check_new_run(target_.out);
            return;
        }
        folder_.emplace(RunFolder::reopen(target_.resume));
        path_ = folder_->path();
        checkpoint_ = newest_checkpoint(path_);
        if (checkpoint_) {
            check_settings();
        } else {
            log::info("no checkpoint was made yet: starting over");
        }
    }

    ConfigNode config_before() const
    {
        return parse_yaml(read_text(path_ / "config.yaml"), "config.yaml");
    }

    /// What can be compared with the first start before anything is read; prepare() does the rest.
    void check_settings()
    {
        const ConfigNode before = config_before();
        const ConfigNode* optimizer = before.find("optimizer");
        const bool steps = optimizer != nullptr && !optimizer->entries.empty();
        run_.config.resolve_all_but_model(steps && run_.root.find("optimizer") != nullptr);
        check_same_settings(before, run_.config.resolved(), path_.string());
    }

    /// Everything that can fail before the first step.
    void prepare()
    {
        if (checkpoint_) put_input_state(checkpoint_->model, *run_.input);
        run_.load_data(/*with_test=*/true);
        run_.build_model(*run_.train);
        const bool known =
            checkpoint_ || take_initial_weights(run_.config.init, *run_.model, *run_.input);
        if (!known) run_.input->fit(*run_.train, run_.class_weights);
        freeze(run_.config.init, *run_.model);
        log::info("model: {} trainable parameters", trainable_parameters(*run_.model));
        hashes_ = source_hashes(run_);
        warn_of_seen_files(run_);
        if (!folder_) folder_.emplace(RunFolder::create(target_.out, run_.config.name));
        path_ = folder_->path();
        trainer_ = make_trainer(run_, callbacks());
        if (checkpoint_) {
            check_same_run(config_before(), run_.config.resolved(), checkpoint_->state,
                           run_facts(hashes_), path_.string());
        } else {
            rehearse(run_, *trainer_);
        }
        log::to_file(path_ / "log.txt");
    }

    std::vector<std::unique_ptr<Callback>> callbacks()
    {
        std::vector<std::unique_ptr<Callback>> all;
        all.push_back(make_progress_callback());
        all.push_back(make_history_callback(path_ / "history.csv"));
        all.push_back(make_checkpoint_callback(path_ / "checkpoints", run_.config.trainer,
                                               run_facts(hashes_)));
        all.push_back(std::make_unique<RateCallback>(rate_));
        if (checkpoint_) all.push_back(make_resume_callback(*checkpoint_));
        return all;
    }

    bool is_complete() const
    {
        if (!checkpoint_ || !is_finished(path_)) return false;
        const auto& state = checkpoint_->state;
        return state.at("stop") || state.at("epoch") >= run_.config.trainer.epochs;
    }

    void write_head()
    {
        folder_->make("checkpoints");
        const std::string config = to_yaml(run_.config.resolved());
        const Json before = checkpoint_ ? metadata_before(path_ / "metadata.json") : Json();
        // The group stays that of the first start: files that made the input may be gone.
        std::string group = before.is_object() ? before.value("group", "") : "";
        if (group.empty()) group = run_.config.group(run_.hashes);
        metadata_ = metadata_of(run_, hashes_, group);
        metadata_["config_sha256"] = sha256_of(config);
        metadata_["repeat"] =
            fmt::format("jetsmith --threads {} train config.yaml", thread_count());
        if (checkpoint_) metadata_ = continued(metadata_, before, *checkpoint_);
        write_json(path_ / "metadata.json", metadata_);
        write_atomically(path_ / "data_card.txt", run_.data_card_text);
        write_atomically(path_ / "config.yaml", config);
        log::info("run folder {}", path_.string());
    }

    void move_rows()
    {
        try {
            for (auto* rows : {&run_.train, &run_.val, &run_.test})
                if (*rows) (*rows)->move_to(run_.device);
        } catch (const std::exception& error) {
            if (!is_out_of_memory(error)) throw;
            throw RunError(
                "data: the rows do not fit into the memory of {} ({}; all rows there, or "
                "streamed, are wanted). Use --set data.loading=streamed.",
                run_.device.str(), device_description(run_.device));
        }
    }

    void fit()
    {
        try {
            trainer_->fit(*run_.train, *run_.val, run_.config.evaluate);
        } catch (const Stopped& stopped) {
            throw Stopped(stopped.signal(),
                          fmt::format("{}. Go on with: jetsmith train --resume {}", stopped.what(),
                                      path_.string()));
        } catch (const BadStepError& bad) {
            if (!bad.saved) throw;
            throw RunError(
                "{} The state before it is saved: jetsmith train --resume {} --set "
                "trainer.on_nan=skip goes on.",
                bad.what(), path_.string());
        }
        metadata_["train_rate"] = {{"value", rate_}, {"unit", run_.train->index().row_noun + "/s"}};
        metadata_["epochs"] = trainer_->position().epoch;
        if (run_.device.is_cuda())
            metadata_["peak_gpu_memory"] = cuda_plugin()->peak_memory(run_.device.index());
        write_json(path_ / "metadata.json", metadata_);
    }

    void evaluate()
    {
        const fs::path best = checkpoint_folder(path_);
        put_weights(read_weights(best), best / kModelFile, *run_.model, *run_.input);
        evaluate_into(path_, run_, run_.test ? *run_.test : *run_.val,
                      run_.test ? Split::test : Split::val);
        analysis::write_report({path_}, path_ / "report.html");
    }

    RunBuilder run_;
    RunTarget target_;
    fs::path path_;
    std::optional<RunFolder> folder_;
    std::optional<Checkpoint> checkpoint_;
    Json hashes_, metadata_;
    double rate_ = 0;
    std::unique_ptr<Trainer> trainer_;
};

}  // namespace

fs::path train_run(const ConfigNode& root, const RunTarget& target)
{
    return TrainingRun(root, target).train();
}

}  // namespace jetsmith
