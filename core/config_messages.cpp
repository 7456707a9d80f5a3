// SPDX-License-Identifier: Apache-2.0
#include "core/config_messages.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetsmith::config_messages {
namespace {

/// How the words of a choice between names begin (config_checks.h).
const std::string kOneOf = "one of ";
constexpr size_t kMostShown = 40;  // names that a message lists

std::vector<std::string> split_names(const std::string& list)
{
    std::vector<std::string> names;
    for (size_t begin = 0, comma = 0; comma != std::string::npos; begin = comma + 2) {
        comma = list.find(", ", begin);
        names.push_back(list.substr(begin, comma - begin));
    }
    return names;
}

/// The first names of a list, and how many more there are.
std::string shortened(const std::vector<std::string>& names)
{
    if (names.empty()) return "no key";
    const size_t shown = std::min(names.size(), kMostShown);
    const std::string text = fmt::format(
        "{}", fmt::join(names.begin(), names.begin() + static_cast<int64_t>(shown), ", "));
    if (shown == names.size()) return text;
    return fmt::format("{} and {} more", text, names.size() - shown);
}

/// The command that explains the keys of a section.
std::string listing(const std::string& path, const std::string& owner)
{
    const auto open = owner.find(" '");
    if (open == std::string::npos)
        return "jetsmith list " + (path.empty() ? "run" : path.substr(0, path.find('.')));
    const std::string family = owner.substr(0, open);
    const std::string name = owner.substr(open + 2, owner.size() - open - 3);
    return "jetsmith list " + (family == "section" ? name : family + " " + name);
}

}  // namespace

std::string one_line(std::string text)
{
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
    return text;
}

std::string way_out(const Declaration* option, const std::string& path, const std::string& owner)
{
    if (!option || option->default_text.empty())
        return fmt::format(" See {}.", listing(path, owner));
    return fmt::format(" Leave it out for the default, {}.", option->default_text);
}

std::string missing(const Declaration& option, const ConfigNode& section,
                    const std::vector<Declaration>& declared, const std::string& path,
                    const std::string& owner)
{
    std::vector<std::string> seen, strangers;
    for (const auto& [name, value] : section.entries) {
        seen.push_back(name);
        if (std::none_of(declared.begin(), declared.end(),
                         [&](const auto& known) { return known.key == name; }))
            strangers.push_back(name);
    }
    const std::string nearest = nearest_name(option.key, strangers);
    return fmt::format("missing key ({} needs it: {}, {}; seen: {}).{}", owner, option.type,
                       option.meaning, shortened(seen),
                       nearest.empty() ? fmt::format(" See {}.", listing(path, owner))
                                       : fmt::format(" Is '{}' a misspelling of it?", nearest));
}

std::string refused(const ConfigNode& value, const std::string& wanted,
                    const std::string& otherwise)
{
    const std::string must = value.kind == ConfigNode::Kind::list ? "each must be" : "must be";
    if (!wanted.starts_with(kOneOf))
        return fmt::format("{} is out of range ({} {}).{}", value.shown(), must, wanted, otherwise);
    const auto names = split_names(wanted.substr(kOneOf.size()));
    std::string seen = value.scalar;
    for (const auto& item : value.items)
        if (std::find(names.begin(), names.end(), item.scalar) == names.end()) seen = item.scalar;
    const std::string nearest = nearest_name(seen, names);
    return fmt::format("'{}' is unknown ({} {}).{}", one_line(seen), must, wanted,
                       nearest.empty() ? otherwise : fmt::format(" Did you mean '{}'?", nearest));
}

}  // namespace jetsmith::config_messages
