// SPDX-License-Identifier: Apache-2.0
#include "trainers/evaluation_run.h"

#include <fmt/format.h>

#include "analysis/evaluation.h"
#include "analysis/predictions.h"
#include "core/errors.h"
#include "core/log.h"
#include "core/progress.h"
#include "trainers/checkpoint.h"
#include "trainers/score_images.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

analysis::Predictions predictions_of(const Evaluation& result, const EventStore& store,
                                     FileHashes& hashes)
{
    analysis::Predictions predictions;
    predictions.table = result.table;
    if (const auto& latent = result.latent_NL; latent.defined()) {
        predictions.latents = latent.size(1);
        const float* begin = latent.const_data_ptr<float>();
        predictions.latent_NL.assign(begin, begin + latent.numel());
    }
    predictions.source_files = store.files;
    for (const auto& file : store.files) predictions.source_hashes.push_back(hashes.of(file));
    if (store.source_files_B.defined()) {
        const auto files = store.source_files_B.to(at::kCPU).contiguous();
        const int32_t* begin = files.const_data_ptr<int32_t>();
        predictions.source_file_N.assign(begin, begin + files.numel());
    }
    return predictions;
}

}  // namespace

void evaluate_into(const fs::path& folder, RunBuilder& run, const EventStore& store)
{
    run.hashes.start({store.files.begin(), store.files.end()});
    Evaluation result =
        score_rows(*run.model, *run.input, *run.objective, store, run.config.trainer.batch_size,
                   run.precision.compute, run.class_weights);
    result.table.name = run.config.name;
    log::info("scored {} {}, {} {}/s", result.table.rows, store.row_noun,
              count_text(result.rows_per_second), store.row_noun);
    analysis::write_predictions(folder / "predictions.h5", predictions_of(result, store, run.hashes));
    if (!store.labels_B.defined()) {
        log::info("no labels: predictions only");
        return;
    }
    log::info("{}", analysis::write_evaluation(folder, result.table, run.config.evaluate));
    write_score_images(folder / "report_images.h5", run.model.get(), *run.input, store,
                       result.table);
}

fs::path evaluate_run(const fs::path& run_folder, const std::vector<fs::path>& files,
                      const std::vector<std::string>& overrides, const fs::path& out)
{
    const fs::path checkpoint = checkpoint_folder(run_folder);
    RunBuilder run(load_config(run_folder / "config.yaml", overrides));
    if (files.empty() && !run.reader->has(Split::test))
        throw UserError("{}: the run's config names no test file. Give files with --data.",
                        run_folder.string());
    const EventStore store =
        files.empty() ? run.reader->read(Split::test) : run.reader->read_files(files);
    run.build_model(store);
    load_weights(checkpoint, *run.model, *run.input);
    const std::string name = files.empty() ? "test" : files.front().stem().string();
    const fs::path folder = out.empty() ? run_folder / "evaluations" / name : out;
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw RunError("{}: cannot be created ({}).", folder.string(), error.message());
    evaluate_into(folder, run, store.to(run.device));
    return folder;
}

}  // namespace jetsmith
