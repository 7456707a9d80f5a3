// SPDX-License-Identifier: Apache-2.0
// Training rate of a recipe, images made inline: images/s over whole steps after a warm-up, and the
// share of the time outside forward, backward and update. The peer is peers/train_cnn.py; run both
// with benchmarks/run_training. Prints one JSON line.
//
//   train_cnn_bench CONFIG [--steps N] [--warm-up N] [--set k=v]...
#include <ATen/Parallel.h>
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "core/cuda_plugin.h"
#include "core/errors.h"
#include "core/parallel.h"
#include "datasets/epoch_order.h"
#include "trainers/step_runner.h"
#include "trainers/training_run.h"

namespace jetsmith {
namespace {

struct Arguments {
    std::string config;
    std::vector<std::string> set;
    int steps = 20;
    int warm_up = 5;
};

void wait_for_device(const at::Device& device)
{
    if (device.is_cuda()) cuda_plugin()->synchronize();
}

void run(const Arguments& arguments)
{
    RunBuilder run(load_config(arguments.config, arguments.set));
    run.train = std::make_unique<ResidentFeed>(run.reader->read(Split::train));
    run.build_model(*run.train);
    run.input->fit(*run.train, {});
    run.train->move_to(run.device);
    FlatParameters parameters(*run.model);
    const auto optimizer = run.config.make_optimizer(parameters.values());
    StepRunner::Settings settings;
    settings.compute = run.precision.compute;
    settings.use_graph = run.device.is_cuda();
    StepRunner runner(settings, *run.input, *run.model, *run.objective, optimizer.get(), parameters);
    run.model->train();

    const int64_t batch = run.config.trainer.batch_size;
    const RowOrder order{epoch_order(run.train->index(), 1, 0), run.train->rows()};
    const int64_t batches = order.size() / batch;
    ensure(batches > 0, "fewer rows than one batch");
    const auto steps = [&](int first, int count) {
        for (int step = first; step < first + count; ++step) {
            if (step % batches == 0) run.train->begin(order);
            runner.run({run.train->next(batch)}, optimizer->learning_rate(), Augment{1, 0, {}},
                       step);
        }
        wait_for_device(run.device);
    };
    steps(0, arguments.warm_up);
    const auto first = runner.totals().values();
    runner.totals().reset();
    const auto start = std::chrono::steady_clock::now();
    steps(arguments.warm_up, arguments.steps);
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    const auto totals = runner.totals().values();
    fmt::print("{{\"benchmark\": \"train\", \"config\": \"{}\", \"device\": \"{}\", \"precision\": "
               "\"{}\", \"threads\": {}, \"parameters\": {}, \"batch\": {}, \"steps\": {}, "
               "\"images_per_second\": {:.1f}, \"share_outside_steps\": {:.5f}, "
               "\"first_loss\": {:.5f}, \"mean_loss\": {:.5f}}}\n",
               run.config.name, run.device.str(), run.precision.reason, at::get_num_threads(),
               trainable_parameters(*run.model), batch, arguments.steps,
               static_cast<double>(arguments.steps * batch) / elapsed.count(),
               1 - runner.compute_seconds() / elapsed.count(), first.loss_sum / first.rows,
               totals.loss_sum / totals.rows);
}

}  // namespace
}  // namespace jetsmith

int main(int argc, char** argv)
{
    CLI::App app("training rate of a recipe");
    jetsmith::Arguments arguments;
    app.add_option("config", arguments.config)->required();
    app.add_option("--set", arguments.set)->take_all();
    app.add_option("--steps", arguments.steps)->check(CLI::PositiveNumber);
    app.add_option("--warm-up", arguments.warm_up)->check(CLI::PositiveNumber);
    CLI11_PARSE(app, argc, argv);
    try {
        jetsmith::run(arguments);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
