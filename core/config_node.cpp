// SPDX-License-Identifier: Apache-2.0
#include "core/config_node.h"

#include <algorithm>

#include "core/atomic_file.h"
#include "core/config_merge.h"
#include "core/config_write.h"
#include "core/errors.h"
#include "core/nearest_file.h"

namespace jetsmith {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxBases = 2;

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
    const std::string text = flow_yaml(*this);
    return text.size() > 60 ? text.substr(0, 57) + "..." : text;
}

ConfigNode load_config(const fs::path& path, const std::vector<std::string>& overrides)
{
    ConfigNode root = load_chain(path, kMaxBases);
    for (const auto& text : overrides) apply_override(root, text);
    return root;
}

}  // namespace jetsmith
