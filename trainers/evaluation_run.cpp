// SPDX-License-Identifier: Apache-2.0
#include "trainers/evaluation_run.h"

#include <fmt/format.h>

#include "analysis/evaluation.h"
#include "analysis/predictions.h"
#include "core/config_place.h"
#include "core/errors.h"
#include "core/log.h"
#include "core/progress.h"
#include "trainers/bad_scores.h"
#include "trainers/checkpoint_folders.h"
#include "trainers/evaluation_folder.h"
#include "trainers/run_folder.h"
#include "trainers/score_images.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> hashes_of(const EventStore& store, FileHashes& hashes)
{
    std::vector<std::string> all;
    for (const auto& file : store.files) all.push_back(hashes.of(file));
    return all;
}

/// The folder for these rows: files of one name may lie in many places.
fs::path unmixed(const fs::path& wanted, const EventStore& store, FileHashes& hashes)
{
    const fs::path folder = free_evaluation_folder(wanted, hashes_of(store, hashes));
    if (folder != wanted)
        log::info("{} holds an evaluation of other data: this one goes to {}", wanted.string(),
                  folder.string());
    return folder;
}

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
    predictions.source_hashes = hashes_of(store, hashes);
    if (store.source_files_B.defined()) {
        const auto files = store.source_files_B.to(at::kCPU).contiguous();
        const int32_t* begin = files.const_data_ptr<int32_t>();
        predictions.source_file_N.assign(begin, begin + files.numel());
    }
    return predictions;
}

/// evaluate_run() with the run's config read.
fs::path evaluate_checkpoint(const ConfigNode& root, const fs::path& run_folder,
                             const std::vector<fs::path>& files, const fs::path& out)
{
    const fs::path checkpoint = checkpoint_folder(run_folder);
    RunBuilder run(root);
    const TensorMap weights = read_weights(checkpoint);
    put_input_state(weights, *run.input);
    if (files.empty() && !run.reader->has(Split::test))
        throw UserError("{}: the run's config names no test file (data.test is wanted where no "
                        "files are given). Give files with --data.",
                        run_folder.string());
    const std::string name = files.empty() ? "test" : files.front().stem().string();
    fs::path folder = out.empty() ? run_folder / "evaluations" / name : out;
    check_can_create(folder);
    run.hashes.start(files.empty() ? run.reader->files(Split::test) : files);
    const auto rows = files.empty() ? run.reader->open(Split::test, {})
                                    : run.reader->open_files(files, {});
    for (size_t f = 0; f < rows->index().left_out.size(); ++f)
        if (const auto& reasons = rows->index().left_out[f]; !reasons.empty())
            log::info("{}", left_out_text(rows->index().files[f], reasons));
    run.build_model(*rows);
    put_weights(weights, checkpoint / kModelFile, *run.model, *run.input);
    if (out.empty()) folder = unmixed(folder, rows->index(), run.hashes);
    std::error_code error;
    fs::create_directories(folder, error);
    if (error)
        throw RunError("{}: cannot be created ({}; a folder that can be written is wanted). Choose "
                       "another with --out.",
                       folder.string(), error.message());
    rows->move_to(run.device);
    evaluate_into(folder, run, *rows, files.empty() ? std::optional(Split::test) : std::nullopt);
    return folder;
}

}  // namespace

void evaluate_into(const fs::path& folder, RunBuilder& run, RowFeed& rows,
                   std::optional<Split> split)
{
    const EventStore& index = rows.index();
    run.hashes.start({index.files.begin(), index.files.end()});
    Evaluation result =
        score_rows(*run.model, *run.input, *run.objective, rows, run.config.trainer.batch_size,
                   run.precision.compute, run.class_weights);
    result.table.name = run.config.name;
    if (split) result.table.split = split_name(*split);
    log::info("scored {} {}, {} {}/s", result.table.rows, index.row_noun,
              count_text(result.rows_per_second), index.row_noun);
    remove_figures(folder);
    analysis::write_predictions(folder / "predictions.h5", predictions_of(result, index, run.hashes));
    check_scores(result.table, rows, *run.input, run.precision.compute);
    if (!index.labelled()) {
        log::info("no labels: predictions only");
        return;
    }
    log::info("{}", analysis::write_evaluation(folder, result.table, run.config.evaluate));
    write_score_images(folder / "report_images.h5", run.model.get(), *run.input, rows,
                       result.table);
}

fs::path evaluate_run(const fs::path& run_folder, const std::vector<fs::path>& files,
                      const std::vector<std::string>& overrides, const fs::path& out)
{
    checkpoint_folder(run_folder);  // says it first where this is no run
    const ConfigNode root = load_config(run_folder / "config.yaml", overrides);
    fs::path folder;
    naming_places(root,
                  [&] { folder = evaluate_checkpoint(root, run_folder, files, out); });
    return folder;
}

}  // namespace jetsmith
