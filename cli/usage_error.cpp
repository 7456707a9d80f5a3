// SPDX-License-Identifier: Apache-2.0
#include "cli/usage_error.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <vector>

#include "core/config.h"

namespace jetsmith::cli {
namespace {

std::vector<std::string> verb_names(const CLI::App& app)
{
    std::vector<std::string> names;
    for (const auto* verb : app.get_subcommands({})) names.push_back(verb->get_name());
    return names;
}

std::vector<std::string> option_names(const CLI::App& app)
{
    std::vector<std::string> names;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

/// What the option or argument that a message of the parser names stands for, without the remark
/// in parentheses; empty where it names none.
std::string meaning_of(const CLI::App& app, const std::string& message)
{
    const CLI::Option* named = nullptr;  // the longest: --signal begins other names
    for (const auto* option : app.get_options()) {
        const std::string name = option->get_name();
        if (name.empty() || message.find(name) == std::string::npos) continue;
        if (named == nullptr || name.size() > named->get_name().size()) named = option;
    }
    if (named == nullptr) return "";
    const std::string& text = named->get_description();
    return text.substr(0, text.find(" ("));
}

/// "seen" is none of the names: with the nearest, or the help that lists them.
std::string stranger(const std::string& place, const std::string& seen, const std::string& kind,
                     const std::vector<std::string>& known, const std::string& help)
{
    const std::string nearest = nearest_name(seen, known);
    return fmt::format("{}: '{}' is no {} (one of {} wanted).{}", place, seen, kind,
                       fmt::join(known, ", "),
                       nearest.empty() ? help : fmt::format(" Did you mean '{}'?", nearest));
}

/// About an option of the program itself, or the absence of a verb.
std::string general_error(const CLI::App& app, const std::string& what)
{
    const std::string meaning = meaning_of(app, what);
    if (meaning.empty())
        return fmt::format("command line: there is no verb (one of {} wanted). See jetsmith --help.",
                           fmt::join(verb_names(app), ", "));
    return fmt::format("command line: {} ({} wanted). See jetsmith --help.", what, meaning);
}

}  // namespace

std::string usage_text(const CLI::App& app, const CLI::ParseError& error)
{
    const auto chosen = app.get_subcommands();
    const auto rest = app.remaining(/*recurse=*/true);
    if (chosen.empty()) {
        const std::string help = " See jetsmith --help.";
        if (!rest.empty() && !rest.front().starts_with('-'))
            return stranger("command line", rest.front(), "verb", verb_names(app), help);
        if (!rest.empty())
            return stranger("command line", rest.front(), "option", option_names(app), help);
        return general_error(app, error.what());
    }
    const CLI::App& verb = *chosen.front();
    const std::string place = verb.get_name(), help = " See jetsmith " + place + " --help.";
    if (!rest.empty() && rest.front().starts_with('-'))
        return stranger(place, rest.front(), "option", option_names(verb), help);
    if (!rest.empty())
        return fmt::format("{}: '{}' is one argument too many (options and their values wanted).{}",
                           place, rest.front(), help);
    const std::string what = error.what(), own = meaning_of(verb, what);
    if (!own.empty()) return fmt::format("{}: {} ({} wanted).{}", place, what, own, help);
    return general_error(app, what);
}

std::string as_option(const std::string& message)
{
    const std::string section = "evaluate.";
    return message.starts_with(section) ? "--" + message.substr(section.size()) : message;
}

}  // namespace jetsmith::cli
