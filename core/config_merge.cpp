// SPDX-License-Identifier: Apache-2.0
#include "core/config_merge.h"

#include <unordered_map>

#include "core/errors.h"

namespace jetsmith {
namespace {

/// The scalar under `type`, which decides whether two sections may be merged.
std::string type_of(const ConfigNode& node)
{
    const auto* type = node.find("type");
    return type ? type->scalar : "";
}

}  // namespace

void merge(ConfigNode& into, const ConfigNode& from)
{
    const bool both_maps = into.kind == ConfigNode::Kind::map && from.kind == ConfigNode::Kind::map;
    const bool other_type = !type_of(from).empty() && type_of(from) != type_of(into);
    if (!both_maps || other_type) {
        into = from;
        return;
    }
    into.file = from.file;
    into.line = from.line;
    std::unordered_map<std::string, size_t> places;  // a config may have many thousand keys
    for (size_t k = 0; k < into.entries.size(); ++k) places.emplace(into.entries[k].first, k);
    for (const auto& [key, value] : from.entries) {
        const auto mine = places.find(key);
        if (mine != places.end())
            merge(into.entries[mine->second].second, value);
        else
            into.entries.emplace_back(key, value);
    }
}

void apply_override(ConfigNode& root, const std::string& text)
{
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw UserError(
            "--set {}: has no key and value (section.key=value wanted). Write e.g. "
            "--set trainer.epochs=3.",
            text);
    const std::string source = "--set " + text;
    ConfigNode value = parse_yaml(text.substr(equals + 1), source);
    ConfigNode* node = &root;
    std::string path = text.substr(0, equals);
    for (size_t dot; (dot = path.find('.')) != std::string::npos; path = path.substr(dot + 1)) {
        const std::string key = path.substr(0, dot);
        ConfigNode* child = node->find(key);
        if (!child) {
            node->entries.emplace_back(key, ConfigNode{});
            child = &node->entries.back().second;
            child->kind = ConfigNode::Kind::map;
            child->file = source;
        }
        if (child->kind == ConfigNode::Kind::null) child->kind = ConfigNode::Kind::map;
        if (child->kind != ConfigNode::Kind::map)
            throw UserError(
                "{}: '{}' is no section (it holds {}; a map of keys is wanted). Set a "
                "key of a section.",
                source, key, child->shown());
        node = child;
    }
    if (path.empty())
        throw UserError(
            "{}: the key is empty (section.key=value wanted). Write e.g. --set "
            "trainer.epochs=3.",
            source);
    if (auto* old = node->find(path)) {
        merge(*old, value);
    } else {
        node->entries.emplace_back(path, std::move(value));
    }
}

}  // namespace jetsmith
