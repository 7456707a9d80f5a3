// SPDX-License-Identifier: Apache-2.0
// jetsmith train CONFIG: from a recipe to a filled run folder.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>

#include "analysis/run_table.h"
#include "cli/verbs.h"
#include "core/errors.h"
#include "trainers/members.h"

namespace jetsmith::cli {
namespace {

struct TrainArguments {
    std::string config;
    std::vector<std::string> set;
    std::string out, resume, init_from;
};

void train(const TrainArguments& arguments)
{
    if (arguments.config.empty() && arguments.resume.empty())
        throw UserError("train: which recipe is missing (none named; one, or a run with --resume, is "
                        "wanted). See jetsmith train --help.");
    auto set = arguments.set;
    if (!arguments.init_from.empty())
        set.push_back("init.from=" + std::filesystem::absolute(arguments.init_from).string());
    const auto folder = jetsmith::train({arguments.config, set, arguments.out, arguments.resume});
    fmt::print("\n{}\nrun     {}\nreport  {}\n", analysis::run_table_text({folder}),
               folder.string(), (folder / "report.html").string());
}

}  // namespace

void add_train(CLI::App& app)
{
    auto* verb = app.add_subcommand("train", "train, then evaluate on the test split");
    auto arguments = std::make_shared<TrainArguments>();
    verb->add_option("config", arguments->config, "recipe (YAML); with --resume it may be left out");
    verb->add_option("--set", arguments->set, "override a key, e.g. --set trainer.epochs=3")
        ->take_all();
    auto* out = verb->add_option("--out", arguments->out,
                                 "run folder (default: runs/<name>_<UTC time>)");
    auto* resume = verb->add_option("--resume", arguments->resume,
                                    "go on with this run where it stopped");
    verb->add_option("--init-from", arguments->init_from,
                     "begin with the best weights of this run (init.from)")
        ->excludes(resume);
    resume->excludes(out);
    verb->callback([arguments] { train(*arguments); });
}

}  // namespace jetsmith::cli
