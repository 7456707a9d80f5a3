// SPDX-License-Identifier: Apache-2.0
#include "core/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/config_messages.h"
#include "core/config_values.h"

namespace jetsmith {
namespace fs = std::filesystem;
using Kind = ConfigNode::Kind;
using config_values::from_node;
using config_values::to_node;
using config_values::type_name;

/// What all copies of one Config share. Values and sub-sections stand in order of declaration.
struct Config::Section {
    ConfigNode node;
    std::string path;
    std::string owner;
    bool describing = false;
    std::vector<Declaration> declared;
    std::map<std::string, ConfigNode> values;
    std::map<std::string, std::vector<std::shared_ptr<Section>>> children;

    std::string full(std::string_view key) const
    {
        return path.empty() ? std::string(key) : path + "." + std::string(key);
    }
    std::string place(std::string_view key) const
    {
        const auto* value = node.find(key);
        const auto place = value ? value->place() : node.place();
        return (place.empty() ? "" : place + ": ") + full(key);
    }
    const Declaration* declaration(std::string_view key) const
    {
        for (const auto& d : declared)
            if (d.key == key) return &d;
        return nullptr;
    }
    std::string way_out(std::string_view key) const
    {
        return config_messages::way_out(declaration(key), path, owner);
    }
};

Config::Config(const ConfigNode& node, std::string path, std::string owner)
    : section_(std::make_shared<Section>())
{
    section_->node = node;
    section_->path = std::move(path);
    section_->owner = std::move(owner);
    if (node.kind != Kind::map && node.kind != Kind::null)
        throw UserError("{}: {}: is no section (seen: {}; a map of keys is wanted). Write {{key: "
                        "value}}, or one key a line below it.",
                        node.place(), section_->path, node.shown());
}

Config Config::describing(std::string owner)
{
    Config config(ConfigNode{}, "", std::move(owner));
    config.section_->describing = true;
    return config;
}

bool Config::is_describing() const { return section_->describing; }
bool Config::has(std::string_view key) const { return section_->node.find(key) != nullptr; }
bool Config::is_map(std::string_view key) const
{
    const auto* value = section_->node.find(key);
    return value && value->kind == Kind::map;
}
bool Config::is_list(std::string_view key) const
{
    const auto* value = section_->node.find(key);
    return value && value->kind == Kind::list;
}
bool Config::is_list_of_maps(std::string_view key) const
{
    return is_list(key) && !section_->node.find(key)->items.empty() &&
           section_->node.find(key)->items.front().kind == Kind::map;
}
const std::string& Config::path() const { return section_->path; }
void Config::set_owner(std::string owner) { section_->owner = std::move(owner); }
std::string Config::place(std::string_view key) const { return section_->place(key); }

template <typename T>
void Config::declare(std::string_view key, const T& value, std::string_view meaning, bool required,
                     std::string wanted)
{
    // The range is remembered here so that a later parse can only narrow the value, not the words.
    ConfigNode node = to_node(value);
    const bool has_default = !required && node.kind != Kind::null;
    if (!section_->declaration(key))
        section_->declared.push_back({std::string(key), type_name(value),
                                      has_default ? node.shown() : "", std::string(meaning),
                                      std::move(wanted), required, {}});
    section_->values[std::string(key)] = std::move(node);
}

template <typename T>
bool Config::parse(std::string_view key, T& value)
{
    const auto* node = section_->node.find(key);
    if (!node || (node->kind == Kind::null && !section_->declaration(key)->required)) {
        if (section_->declaration(key)->required && !section_->describing)
            fail(key, config_messages::missing(*section_->declaration(key), section_->node,
                                               section_->declared, section_->path,
                                               section_->owner));
        return false;
    }
    if (!from_node(*node, value))
        fail(key, fmt::format("must be {} (seen: {}).{}", type_name(value), node->shown(),
                              section_->way_out(key)));
    section_->values[std::string(key)] = to_node(value);
    return true;
}

#define JETSMITH_CONFIG_TYPE(...)                                                              \
    template void Config::declare(std::string_view, const __VA_ARGS__&, std::string_view, bool, \
                                  std::string);                                                \
    template bool Config::parse(std::string_view, __VA_ARGS__&)
JETSMITH_CONFIG_TYPE(bool);
JETSMITH_CONFIG_TYPE(int64_t);
JETSMITH_CONFIG_TYPE(double);
JETSMITH_CONFIG_TYPE(std::string);
JETSMITH_CONFIG_TYPE(fs::path);
JETSMITH_CONFIG_TYPE(std::vector<bool>);
JETSMITH_CONFIG_TYPE(std::vector<int64_t>);
JETSMITH_CONFIG_TYPE(std::vector<double>);
JETSMITH_CONFIG_TYPE(std::vector<std::string>);
JETSMITH_CONFIG_TYPE(std::vector<fs::path>);
JETSMITH_CONFIG_TYPE(std::optional<int64_t>);
JETSMITH_CONFIG_TYPE(std::map<std::string, double>);
JETSMITH_CONFIG_TYPE(config_values::NamedTexts);
#undef JETSMITH_CONFIG_TYPE

Config Config::section(std::string_view key, std::string_view meaning)
{
    const auto* node = section_->node.find(key);
    ConfigNode empty;
    empty.file = section_->node.file;
    empty.line = section_->node.line;
    Config child(node ? *node : empty, section_->full(key), section_->owner);
    child.section_->describing = section_->describing;
    if (!section_->declaration(key))
        section_->declared.push_back(
            {std::string(key), "a section", "", std::string(meaning), "", false, {}});
    section_->children[std::string(key)] = {child.section_};
    return child;
}

std::vector<Config> Config::items(std::string_view key, std::string_view meaning)
{
    const auto* node = section_->node.find(key);
    if (node && node->kind == Kind::null) node = nullptr;
    if (node && node->kind != Kind::list)
        fail(key, fmt::format("must be a list of maps (seen: {}). Begin each item with a dash, or "
                              "write [{{key: value}}]",
                              node->shown()));
    if (!section_->declaration(key))
        section_->declared.push_back(
            {std::string(key), "a list of maps", "", std::string(meaning), "", false, {}});
    std::vector<Config> all;
    auto& children = section_->children[std::string(key)];
    children.clear();
    const size_t count = node ? node->items.size() : section_->describing ? 1 : 0;
    for (size_t i = 0; i < count; ++i) {
        all.push_back(Config(node ? node->items[i] : ConfigNode{},
                             fmt::format("{}[{}]", section_->full(key), i), section_->owner));
        all.back().section_->describing = section_->describing;
        children.push_back(all.back().section_);
    }
    return all;
}

void Config::finish() const
{
    finish_own_keys();
    for (const auto& [key, children] : section_->children)
        for (const auto& child : children) Config(child).finish();
}

void Config::finish_own_keys() const
{
    std::vector<std::string> known;
    for (const auto& declaration : section_->declared) known.push_back(declaration.key);
    for (const auto& [key, value] : section_->node.entries)
        if (std::find(known.begin(), known.end(), key) == known.end())
            throw UserError("{}: unknown key ({} does not read it).{}", section_->place(key),
                            section_->owner, suggestion(key, known));
}

void Config::fail(std::string_view key, const std::string& problem) const
{
    const bool whole = problem.ends_with('.') || problem.ends_with('?');
    throw UserError("{}: {}{}", section_->place(key), problem, whole ? "" : ".");
}

void Config::fail_range(std::string_view key, const std::string& wanted) const
{
    const auto* node = section_->node.find(key);
    ensure(node != nullptr, "a check of a value that is not there");
    fail(key, config_messages::refused(*node, wanted, section_->way_out(key)));
}

std::vector<Declaration> Config::declarations() const
{
    std::vector<Declaration> all = section_->declared;
    for (auto& declaration : all) {
        const auto found = section_->children.find(declaration.key);
        if (found != section_->children.end() && !found->second.empty())
            declaration.children = Config(found->second.front()).declarations();
    }
    return all;
}

ConfigNode Config::resolved() const
{
    ConfigNode node;
    node.kind = Kind::map;
    for (const auto& declaration : section_->declared) {
        const auto found = section_->children.find(declaration.key);
        if (found == section_->children.end()) {
            const ConfigNode& value = section_->values.at(declaration.key);
            const bool unset = value.kind == Kind::null ||
                               (value.kind == Kind::scalar && value.scalar.empty());
            if (!unset) node.entries.emplace_back(declaration.key, value);
        } else if (declaration.type == "a section") {
            node.entries.emplace_back(declaration.key, Config(found->second.front()).resolved());
        } else {
            ConfigNode list;
            list.kind = Kind::list;
            for (const auto& child : found->second) list.items.push_back(Config(child).resolved());
            node.entries.emplace_back(declaration.key, std::move(list));
        }
    }
    return node;
}

}  // namespace jetsmith
