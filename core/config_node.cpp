// SPDX-License-Identifier: Apache-2.0
#include "core/config_node.h"

#include <algorithm>
#include <cctype>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "core/nearest_file.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxBases = 2;

/// True when a plain scalar with this text would read back as something else.
bool needs_quotes(const std::string& text)
{
    if (text.empty() || text == "~" || text == "null") return true;
    if (std::isspace(static_cast<unsigned char>(text.front())) ||
        std::isspace(static_cast<unsigned char>(text.back())))
        return true;
    if (std::string("!&*-?|>@`\"'%#{}[],:=<").find(text.front()) != std::string::npos &&
        !(text.size() > 1 && (text[0] == '-') && std::isdigit(static_cast<unsigned char>(text[1]))))
        return true;
    return text.find_first_of("\n\t#{}[],\"'\\") != std::string::npos ||
           text.find(": ") != std::string::npos || text.back() == ':';
}

std::string quoted_scalar(const ConfigNode& node)
{
    if (!node.quoted && !needs_quotes(node.scalar)) return node.scalar;
    std::string out = "\"";
    for (const char c : node.scalar) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string flow(const ConfigNode& node)
{
    std::string out;
    switch (node.kind) {
        case ConfigNode::Kind::null: return "null";
        case ConfigNode::Kind::scalar: return quoted_scalar(node);
        case ConfigNode::Kind::list:
            for (const auto& item : node.items) out += (out.empty() ? "" : ", ") + flow(item);
            return "[" + out + "]";
        case ConfigNode::Kind::map:
            for (const auto& [key, value] : node.entries)
                out += (out.empty() ? "" : ", ") + key + ": " + flow(value);
            return "{" + out + "}";
    }
    return out;
}

bool all_scalars(const ConfigNode& node)
{
    return std::all_of(node.items.begin(), node.items.end(), [](const ConfigNode& item) {
        return item.kind == ConfigNode::Kind::scalar || item.kind == ConfigNode::Kind::null;
    });
}

void write_block(const ConfigNode& node, int indent, std::string& out)
{
    for (const auto& [key, value] : node.entries) {
        out += std::string(static_cast<size_t>(indent), ' ') + key + ":";
        const bool nested_map = value.kind == ConfigNode::Kind::map && !value.entries.empty();
        const bool nested_list = value.kind == ConfigNode::Kind::list && !all_scalars(value);
        if (nested_map) {
            out += "\n";
            write_block(value, indent + 2, out);
        } else if (nested_list) {
            out += "\n";
            for (const auto& item : value.items)
                out += std::string(static_cast<size_t>(indent) + 2, ' ') + "- " + flow(item) + "\n";
        } else {
            out += " " + flow(value) + "\n";
        }
    }
}

/// The scalar under `type`, which decides whether two sections may be merged.
std::string type_of(const ConfigNode& node)
{
    const auto* type = node.find("type");
    return type ? type->scalar : "";
}

void merge(ConfigNode& into, const ConfigNode& from)
{
    const bool both_maps =
        into.kind == ConfigNode::Kind::map && from.kind == ConfigNode::Kind::map;
    const bool other_type = !type_of(from).empty() && type_of(from) != type_of(into);
    if (!both_maps || other_type) {
        into = from;
        return;
    }
    into.file = from.file;
    into.line = from.line;
    for (const auto& [key, value] : from.entries) {
        if (auto* mine = into.find(key)) {
            merge(*mine, value);
        } else {
            into.entries.emplace_back(key, value);
        }
    }
}

ConfigNode load_chain(const fs::path& path, int bases_left)
{
    const std::string text = read_text(path);
    if (text.find('\0') != std::string::npos)
        throw UserError("{}: is a binary file (it seems to be {}; a config in YAML is wanted). Name "
                        "the recipe, not the data.",
                        path.string(), text.starts_with("\x89HDF") ? "HDF5" : "no text");
    ConfigNode node = parse_yaml(text, path.string());
    if (node.kind == ConfigNode::Kind::null) node.kind = ConfigNode::Kind::map;
    if (node.kind != ConfigNode::Kind::map)
        throw UserError("{}: is no config (seen: {}; a map of sections is wanted). Write data:, "
                        "inputs:, model: and the others, as in configs/.",
                        path.string(), node.shown());
    const auto base = std::find_if(node.entries.begin(), node.entries.end(),
                                   [](const auto& entry) { return entry.first == "base"; });
    if (base == node.entries.end()) return node;
    const ConfigNode name = base->second;
    if (name.kind != ConfigNode::Kind::scalar)
        throw UserError("{}: base: must be the path of one file (seen: {}). Write base: "
                        "other.yaml.",
                        name.place(), name.shown());
    if (bases_left == 0)
        throw UserError("{}: base: '{}' is one base file too many in a chain ({} at most). Flatten "
                        "the chain, or break it where it is a circle.",
                        name.place(), name.scalar, kMaxBases);
    node.entries.erase(base);
    const fs::path base_path = path.parent_path() / name.scalar;
    if (!fs::is_regular_file(base_path))
        throw UserError("{}: base: '{}' is no file (looked for {}).{}", name.place(), name.scalar,
                        base_path.lexically_normal().string(),
                        nearest_file(base_path, " Paths count from the file in which they stand."));
    ConfigNode merged = load_chain(base_path, bases_left - 1);
    merge(merged, node);
    return merged;
}

void apply_override(ConfigNode& root, const std::string& text)
{
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw UserError("--set {}: has no key and value (section.key=value wanted). Write e.g. "
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
            throw UserError("{}: '{}' is no section (it holds {}; a map of keys is wanted). Set a "
                            "key of a section.",
                            source, key, child->shown());
        node = child;
    }
    if (path.empty())
        throw UserError("{}: the key is empty (section.key=value wanted). Write e.g. --set "
                        "trainer.epochs=3.",
                        source);
    if (auto* old = node->find(path)) {
        merge(*old, value);
    } else {
        node->entries.emplace_back(path, std::move(value));
    }
}

}  // namespace

ConfigNode ConfigNode::text(std::string value, bool quoted)
{
    ConfigNode node;
    node.kind = Kind::scalar;
    node.scalar = std::move(value);
    node.quoted = quoted;
    return node;
}

const ConfigNode* ConfigNode::find(std::string_view key) const
{
    for (const auto& [name, value] : entries)
        if (name == key) return &value;
    return nullptr;
}

ConfigNode* ConfigNode::find(std::string_view key)
{
    return const_cast<ConfigNode*>(std::as_const(*this).find(key));
}

std::string ConfigNode::place() const
{
    return line > 0 && !file.starts_with("--set") ? fmt::format("{}:{}", file, line) : file;
}

std::string ConfigNode::shown() const
{
    const std::string text = flow(*this);
    return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

ConfigNode load_config(const fs::path& path, const std::vector<std::string>& overrides)
{
    ConfigNode root = load_chain(path, kMaxBases);
    for (const auto& text : overrides) apply_override(root, text);
    return root;
}

std::string to_yaml(const ConfigNode& node)
{
    std::string out;
    write_block(node, 0, out);
    return out;
}

}  // namespace jetsmith
