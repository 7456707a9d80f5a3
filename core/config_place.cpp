// SPDX-License-Identifier: Apache-2.0
#include "core/config_place.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "core/errors.h"

namespace jetsmith {
namespace {

/// Takes the next part of "callbacks[0].monitor": a key, or the number of an item.
std::string_view next_part(std::string_view& path)
{
    if (path.starts_with('.')) path.remove_prefix(1);
    const size_t end = std::min(path.find_first_of(".[", 1), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(end);
    return part;
}

const ConfigNode* child_of(const ConfigNode& node, std::string_view part)
{
    if (!part.starts_with('[')) return node.find(part);
    size_t index = 0;
    std::from_chars(part.data() + 1, part.data() + part.size(), index);
    return index < node.items.size() ? &node.items[index] : nullptr;
}

bool is_key_path(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::islower(c) || std::isdigit(c) || c == '_' || c == '.' || c == '[' || c == ']';
    });
}

}  // namespace

std::string with_place(const ConfigNode& root, const std::string& message)
{
    std::string_view path = std::string_view(message).substr(0, message.find(": "));
    if (!is_key_path(path)) return message;
    std::string place;
    for (const ConfigNode* node = &root; node != nullptr && !path.empty();) {
        node = child_of(*node, next_part(path));
        if (node != nullptr && !node->place().empty()) place = node->place();
    }
    return place.empty() ? message : place + ": " + message;
}

void naming_places(const ConfigNode& root, const std::function<void()>& work)
{
    try {
        work();
    } catch (const UserError& error) {
        throw UserError(with_place(root, error.what()));
    }
}

}  // namespace jetsmith
