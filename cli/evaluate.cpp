// SPDX-License-Identifier: Apache-2.0
// jetsmith evaluate RUN: predictions and metrics of a trained model on its test split or new files.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/members_report.h"
#include "cli/verbs.h"
#include "trainers/evaluation_run.h"

namespace jetsmith::cli {
namespace {

struct EvaluateArguments {
    std::string run;
    std::vector<std::string> data;
    std::vector<std::string> set;
    std::string out;
};

void evaluate(const EvaluateArguments& arguments)
{
    std::vector<std::filesystem::path> files;
    for (const auto& file : arguments.data) files.push_back(std::filesystem::absolute(file));
    const auto runs = analysis::trained_folders(arguments.run);
    for (const auto& run : runs) {
        std::filesystem::path out = arguments.out;
        if (runs.size() > 1 && !out.empty()) out /= run.filename();
        fmt::print("evaluation  {}\n", evaluate_run(run, files, arguments.set, out).string());
    }
}

}  // namespace

void add_evaluate(CLI::App& app)
{
    auto* verb = app.add_subcommand("evaluate", "scores and metrics of a trained run");
    auto arguments = std::make_shared<EvaluateArguments>();
    verb->add_option("run", arguments->run, "run folder")->required();
    verb->add_option("--data", arguments->data, "files to score (default: the test split)");
    verb->add_option("--set", arguments->set, "override a key of the run's config")->take_all();
    verb->add_option("--out", arguments->out,
                     "folder for the results (default: <run>/evaluations/<file name>)");
    verb->callback([arguments] { evaluate(*arguments); });
}

}  // namespace jetsmith::cli
