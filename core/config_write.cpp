// SPDX-License-Identifier: Apache-2.0
#include "core/config_write.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace jetsmith {
namespace {

using Kind = ConfigNode::Kind;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// True when a plain scalar with this text would read back as something else.
bool needs_quotes(const std::string& text)
{
    if (text.empty() || text == "~" || text == "null" || text.starts_with("...")) return true;
    if (text.front() == ' ' || text.back() == ' ' || text.back() == ':') return true;
    const bool negative =
        text.size() > 1 && text[0] == '-' && std::isdigit(static_cast<unsigned char>(text[1]));
    if (std::string_view("!&*-?|>@`\"'%#{}[],:=<").find(text.front()) != std::string_view::npos &&
        !negative)
        return true;
    return text.find_first_of("#{}[],\"'\\") != std::string::npos ||
           text.find(": ") != std::string::npos ||
           !std::all_of(text.begin(), text.end(), is_ascii) ||
           std::any_of(text.begin(), text.end(), is_control);
}

std::string quoted(const std::string& text)
{
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (is_control(c)) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string key_text(const std::string& key) { return needs_quotes(key) ? quoted(key) : key; }

bool all_scalars(const ConfigNode& node)
{
    return std::all_of(node.items.begin(), node.items.end(), [](const ConfigNode& item) {
        return item.kind == Kind::scalar || item.kind == Kind::null;
    });
}

void write_block(const ConfigNode& node, int indent, std::string& out)
{
    for (const auto& [key, value] : node.entries) {
        out += std::string(static_cast<size_t>(indent), ' ') + key_text(key) + ":";
        const bool nested_map = value.kind == Kind::map && !value.entries.empty();
        const bool nested_list = value.kind == Kind::list && !all_scalars(value);
        if (nested_map) {
            out += "\n";
            write_block(value, indent + 2, out);
        } else if (nested_list) {
            out += "\n";
            for (const auto& item : value.items)
                out += std::string(static_cast<size_t>(indent) + 2, ' ') + "- " + flow_yaml(item) +
                       "\n";
        } else {
            out += " " + flow_yaml(value) + "\n";
        }
    }
}

}  // namespace

std::string flow_yaml(const ConfigNode& node)
{
    std::string out;
    switch (node.kind) {
        case Kind::null: return "null";
        case Kind::scalar:
            return node.quoted || needs_quotes(node.scalar) ? quoted(node.scalar) : node.scalar;
        case Kind::list:
            for (const auto& item : node.items) out += (out.empty() ? "" : ", ") + flow_yaml(item);
            return "[" + out + "]";
        case Kind::map:
            for (const auto& [key, value] : node.entries)
                out += (out.empty() ? "" : ", ") + key_text(key) + ": " + flow_yaml(value);
            return "{" + out + "}";
    }
    return out;
}

std::string to_yaml(const ConfigNode& node)
{
    std::string out;
    write_block(node, 0, out);
    return out;
}

}  // namespace jetsmith
