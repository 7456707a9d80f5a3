// SPDX-License-Identifier: Apache-2.0
// jetsmith table RUN...: models side by side, with published ones on the same jets.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "analysis/run_table.h"
#include "cli/usage_error.h"
#include "cli/verbs.h"
#include "core/errors.h"

namespace jetsmith::cli {
namespace {

struct TableArguments {
    std::vector<std::string> runs;
    std::vector<std::string> published;
    analysis::TableOptions options;
    std::string format = "text";
};

void print_table(TableArguments arguments)
{
    arguments.options.published = analysis::parse_published(arguments.published);
    const std::vector<std::filesystem::path> runs(arguments.runs.begin(), arguments.runs.end());
    try {
        fmt::print("{}", analysis::format_table(analysis::compare_runs(runs, arguments.options),
                                                arguments.format));
    } catch (const UserError& error) {
        throw UserError(as_option(error.what()));
    }
}

}  // namespace

void add_table(CLI::App& app)
{
    auto* verb = app.add_subcommand("table", "compare runs, and published scores on the same rows");
    auto arguments = std::make_shared<TableArguments>();
    auto& a = *arguments;
    verb->add_option("runs", a.runs, "run folders; runs of one group become one line")->required();
    verb->add_option("--published", a.published,
                     "FILE:NAME... datasets of published scores, matched by source row; NAME may "
                     "hold * for several runs of one tagger");
    verb->add_option("--published-labels", a.options.published_labels,
                     "dataset of their labels (default: labels, label or is_signal_new)");
    verb->add_option("--signal", a.options.signal, "name of the signal class");
    verb->add_option("--signal-efficiencies", a.options.signal_efficiencies,
                     "working points of the rejection (default: those of the first run)")
        ->check(CLI::Range(0.0, 1.0));
    verb->add_option("--bootstrap", a.options.bootstrap,
                     "replicas for the differences to the first line; 0 for none")
        ->capture_default_str()
        ->check(CLI::Range(0, 1'000'000));
    verb->add_option("--seed", a.options.seed, "of the bootstrap")->capture_default_str();
    verb->add_option("--format", a.format, "text, md, tex, csv or json")->capture_default_str();
    verb->callback([arguments] { print_table(*arguments); });
}

}  // namespace jetsmith::cli
