// SPDX-License-Identifier: Apache-2.0
// jetsmith check CONFIG: everything that a training does before its first step, and one step.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/verbs.h"
#include "core/log.h"
#include "trainers/members.h"

namespace jetsmith::cli {
namespace {

struct CheckArguments {
    std::string config;
    std::vector<std::string> set;
    bool print_config = false;
};

void check(const CheckArguments& arguments)
{
    const auto resolved = jetsmith::check({arguments.config, arguments.set, {}, {}});
    if (arguments.print_config) fmt::print("{}", resolved);
    log::info("{}: ready to train", arguments.config);
}

}  // namespace

void add_check(CLI::App& app)
{
    auto* verb = app.add_subcommand("check", "read config and data, build the model, train one "
                                             "step, write nothing");
    auto arguments = std::make_shared<CheckArguments>();
    verb->add_option("config", arguments->config, "recipe (YAML)")->required();
    verb->add_option("--set", arguments->set, "override a key")->take_all();
    verb->add_flag("--print-config", arguments->print_config, "print the resolved config");
    verb->callback([arguments] { check(*arguments); });
}

}  // namespace jetsmith::cli
