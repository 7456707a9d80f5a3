// SPDX-License-Identifier: Apache-2.0
#include "core/config_values.h"

#include <fmt/core.h>

#include <cmath>

namespace jetsmith::config_values {
namespace {

namespace fs = std::filesystem;
using Kind = ConfigNode::Kind;

}  // namespace

bool from_node(const ConfigNode& node, bool& value)
{
    if (node.kind != Kind::scalar || node.quoted) return false;
    if (node.scalar != "true" && node.scalar != "false") return false;
    value = node.scalar == "true";
    return true;
}

bool from_node(const ConfigNode& node, int64_t& value)
{
    return node.kind == Kind::scalar && !node.quoted && !node.scalar.empty() &&
           parse_number(node.scalar, value);
}

bool from_node(const ConfigNode& node, double& value)
{
    return node.kind == Kind::scalar && !node.quoted && !node.scalar.empty() &&
           parse_number(node.scalar, value) && std::isfinite(value);
}

bool from_node(const ConfigNode& node, std::string& value)
{
    if (node.kind != Kind::scalar) return false;
    value = node.scalar;
    return true;
}

bool from_node(const ConfigNode& node, fs::path& value)
{
    if (node.kind != Kind::scalar || node.scalar.empty()) return false;
    const fs::path path = node.scalar;
    const bool from_file = node.line > 0 && !node.file.starts_with("--set");
    const fs::path folder = from_file ? fs::path(node.file).parent_path() : fs::path();
    value = fs::absolute(path.is_absolute() ? path : folder / path).lexically_normal();
    return true;
}

bool from_node(const ConfigNode& node, std::map<std::string, double>& value)
{
    if (node.kind != Kind::map) return false;
    std::map<std::string, double> parsed;
    for (const auto& [key, item] : node.entries)
        if (!from_node(item, parsed[key])) return false;
    value = std::move(parsed);
    return true;
}

bool from_node(const ConfigNode& node, NamedTexts& value)
{
    if (node.kind != Kind::map) return false;
    NamedTexts parsed;
    for (const auto& [key, item] : node.entries) {
        parsed.emplace_back(key, "");
        if (!from_node(item, parsed.back().second)) return false;
    }
    value = std::move(parsed);
    return true;
}

ConfigNode to_node(bool value) { return ConfigNode::text(value ? "true" : "false"); }
ConfigNode to_node(int64_t value) { return ConfigNode::text(std::to_string(value)); }
ConfigNode to_node(double value) { return ConfigNode::text(fmt::format("{}", value)); }
ConfigNode to_node(const std::string& value)
{
    double number;
    const bool ambiguous = value == "true" || value == "false" || value == "null" ||
                           value.empty() || parse_number(value, number);
    return ConfigNode::text(value, ambiguous);
}
ConfigNode to_node(const fs::path& value)
{
    ConfigNode node = to_node(value.string());
    node.path = true;
    return node;
}

ConfigNode to_node(const std::map<std::string, double>& value)
{
    ConfigNode node;
    node.kind = Kind::map;
    for (const auto& [key, item] : value) node.entries.emplace_back(key, to_node(item));
    return node;
}

ConfigNode to_node(const NamedTexts& value)
{
    ConfigNode node;
    node.kind = Kind::map;
    for (const auto& [key, item] : value) node.entries.emplace_back(key, to_node(item));
    return node;
}

}  // namespace jetsmith::config_values
