// SPDX-License-Identifier: Apache-2.0
// jetsmith list [FAMILY [NAME]]: what there is to write into a config.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <set>

#include "cli/reference.h"
#include "cli/verbs.h"
#include "core/errors.h"

namespace jetsmith::cli {
namespace {

struct ListArguments {
    std::string family;
    std::string name;
    bool markdown = false;
};

void list(const ListArguments& arguments)
{
    if (arguments.markdown) {
        fmt::print("{}", reference_page());
        return;
    }
    const auto sections = reference_sections();
    std::vector<std::string> families, names;
    bool found = false;
    for (const auto& section : sections) {
        families.push_back(section.family);
        if (!arguments.family.empty() && section.family != arguments.family) continue;
        names.push_back(section.name);
        if (!arguments.name.empty() && section.name != arguments.name) continue;
        found = true;
        fmt::print("{}", reference_text(section, !arguments.family.empty()));
    }
    if (found) return;
    if (names.empty())
        throw UserError("list: there is no family called '{}'.{}", arguments.family,
                        suggestion(arguments.family, families));
    throw UserError("list: there is no {} called '{}'.{}", arguments.family, arguments.name,
                    suggestion(arguments.name, names));
}

}  // namespace

void add_list(CLI::App& app)
{
    auto* verb = app.add_subcommand("list", "show components and their config keys");
    auto arguments = std::make_shared<ListArguments>();
    verb->add_option("family", arguments->family, "section of the config, e.g. model");
    verb->add_option("name", arguments->name, "one component of the family");
    verb->add_flag("--markdown", arguments->markdown, "print the whole reference page");
    verb->callback([arguments] { list(*arguments); });
}

}  // namespace jetsmith::cli
