// SPDX-License-Identifier: Apache-2.0
// The value types of the config: how each is read from YAML text, written back and named in
// messages. Strict: no leading zeros, no NaN or infinity, no number in quotes.
#pragma once

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/config_node.h"

namespace jetsmith::config_values {

/// Whole-string number without leading zeros, as every YAML version reads it.
template <typename T>
bool parse_number(const std::string& text, T& value)
{
    const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const char* end = text.data() + text.size();
    T parsed{};
    const auto result = std::from_chars(begin, end, parsed);
    if (result.ec != std::errc{} || result.ptr != end) return false;
    const auto first = text.find_first_not_of("+-");
    const bool octal_look = first + 1 < text.size() && text[first] == '0' &&
                            text[first + 1] >= '0' && text[first + 1] <= '9';
    if (octal_look) return false;
    value = parsed;
    return true;
}

/// False, with `value` untouched, when the node does not hold this type.
bool from_node(const ConfigNode& node, bool& value);
bool from_node(const ConfigNode& node, int64_t& value);
bool from_node(const ConfigNode& node, double& value);
bool from_node(const ConfigNode& node, std::string& value);
bool from_node(const ConfigNode& node, std::filesystem::path& value);
bool from_node(const ConfigNode& node, std::map<std::string, double>& value);

/// Texts by name, in the order of the file.
using NamedTexts = std::vector<std::pair<std::string, std::string>>;
bool from_node(const ConfigNode& node, NamedTexts& value);

template <typename T>
bool from_node(const ConfigNode& node, std::vector<T>& value)
{
    if (node.kind != ConfigNode::Kind::list) return false;
    std::vector<T> parsed(node.items.size());
    for (size_t i = 0; i < parsed.size(); ++i) {
        T item{};
        if (!from_node(node.items[i], item)) return false;
        parsed[i] = std::move(item);
    }
    value = std::move(parsed);
    return true;
}

/// Unset unless the key is there.
template <typename T>
bool from_node(const ConfigNode& node, std::optional<T>& value)
{
    T parsed{};
    if (!from_node(node, parsed)) return false;
    value = std::move(parsed);
    return true;
}

ConfigNode to_node(bool value);
ConfigNode to_node(int64_t value);
ConfigNode to_node(double value);
ConfigNode to_node(const std::string& value);
ConfigNode to_node(const std::filesystem::path& value);
ConfigNode to_node(const std::map<std::string, double>& value);
ConfigNode to_node(const NamedTexts& value);

template <typename T>
ConfigNode to_node(const std::vector<T>& value)
{
    ConfigNode node;
    node.kind = ConfigNode::Kind::list;
    for (const auto& item : value) node.items.push_back(to_node(static_cast<T>(item)));
    return node;
}

/// Null, which a resolved config leaves out, when unset.
template <typename T>
ConfigNode to_node(const std::optional<T>& value)
{
    return value ? to_node(*value) : ConfigNode{};
}

inline std::string type_name(bool) { return "true or false"; }
inline std::string type_name(int64_t) { return "an integer"; }
inline std::string type_name(double) { return "a number"; }
inline std::string type_name(const std::string&) { return "a text"; }
inline std::string type_name(const std::filesystem::path&) { return "a path"; }
inline std::string type_name(const std::vector<bool>&) { return "a list of true or false"; }
inline std::string type_name(const std::vector<int64_t>&) { return "a list of integers"; }
inline std::string type_name(const std::vector<double>&) { return "a list of numbers"; }
inline std::string type_name(const std::vector<std::string>&) { return "a list of texts"; }
inline std::string type_name(const std::vector<std::filesystem::path>&)
{
    return "a list of paths";
}
inline std::string type_name(const std::optional<int64_t>&) { return "an integer"; }
inline std::string type_name(const std::map<std::string, double>&) { return "a map of numbers"; }
inline std::string type_name(const NamedTexts&) { return "a map of texts"; }

}  // namespace jetsmith::config_values
