// SPDX-License-Identifier: Apache-2.0
// jetsmith train CONFIG: from a recipe to a filled run folder.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/run_table.h"
#include "cli/verbs.h"
#include "trainers/members.h"

namespace jetsmith::cli {
namespace {

struct TrainArguments {
    std::string config;
    std::vector<std::string> set;
    std::string out;
};

void train(const TrainArguments& arguments)
{
    const auto folder = jetsmith::train({arguments.config, arguments.set, arguments.out});
    fmt::print("\n{}\nrun     {}\nreport  {}\n", analysis::run_table_text({folder}),
               folder.string(), (folder / "report.html").string());
}

}  // namespace

void add_train(CLI::App& app)
{
    auto* verb = app.add_subcommand("train", "train, then evaluate on the test split");
    auto arguments = std::make_shared<TrainArguments>();
    verb->add_option("config", arguments->config, "recipe (YAML)")->required();
    verb->add_option("--set", arguments->set, "override a key, e.g. --set trainer.epochs=3")
        ->take_all();
    verb->add_option("--out", arguments->out, "run folder (default: runs/<name>_<UTC time>)");
    verb->callback([arguments] { train(*arguments); });
}

}  // namespace jetsmith::cli
