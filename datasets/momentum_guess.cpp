// SPDX-License-Identifier: Apache-2.0
#include "datasets/momentum_guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

namespace jetsmith {
namespace {

using hdf5::Column;

/// Our key of a component -> what its column is called.
std::string key_of(std::string word)
{
    for (char& c : word) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (word == "e") return "energy";
    if (word == "m") return "mass";
    for (const char* key : {"energy", "px", "py", "pz", "pt", "eta", "phi", "mass"})
        if (word == key) return key;
    return "";
}

bool is_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }

/// "part_px_*" -> the stem "part_" and the component "px".
struct Component {
    std::string stem, key;
};

Component component_of(const std::string& pattern)
{
    size_t end = pattern.size();
    while (end > 0 && !is_word(pattern[end - 1])) --end;
    size_t begin = end;
    while (begin > 0 && is_word(pattern[begin - 1])) --begin;
    return {pattern.substr(0, begin), key_of(pattern.substr(begin, end - begin))};
}

/// Column patterns of one collection by component, and how many objects each holds.
struct Collection {
    std::map<std::string, std::string> patterns;
    std::map<std::string, int64_t> slots;

    bool has(std::initializer_list<const char*> keys) const
    {
        const int64_t wanted = slots.count(*keys.begin()) ? slots.at(*keys.begin()) : 0;
        return std::all_of(keys.begin(), keys.end(), [&](const char* key) {
            return slots.count(key) && slots.at(key) == wanted;
        });
    }
    std::string section(std::initializer_list<const char*> keys) const
    {
        std::string text;
        for (const char* key : keys)
            text += fmt::format("{}{}: \"{}\"", text.empty() ? "" : ", ", key, patterns.at(key));
        return "constituents: {" + text + "}";
    }
    /// Empty when it is not complete.
    std::string section() const
    {
        if (has({"energy", "px", "py", "pz"})) return section({"energy", "px", "py", "pz"});
        if (has({"pt", "eta", "phi", "energy"})) return section({"pt", "eta", "phi", "energy"});
        if (has({"pt", "eta", "phi", "mass"})) return section({"pt", "eta", "phi", "mass"});
        if (has({"pt", "eta", "phi"})) return section({"pt", "eta", "phi"});
        return "";
    }
    int64_t size() const
    {
        int64_t most = 0;
        for (const auto& [key, count] : slots) most = std::max(most, count);
        return most;
    }
};

/// "PX_12" -> "PX_*"; empty for names that do not end in a number.
std::string numbered_pattern(const std::string& name)
{
    size_t end = name.size();
    while (end > 0 && std::isdigit(static_cast<unsigned char>(name[end - 1]))) --end;
    return end == name.size() || end == 0 ? "" : name.substr(0, end) + "*";
}

/// Objects per row by column pattern. Numbered columns count together where they lie together.
std::map<std::string, int64_t> objects_of(const hdf5::Table& table)
{
    std::map<std::string, int64_t> objects;
    std::map<std::string, size_t> source;
    for (const Column& column : table.columns) {
        if (column.element == hdf5::Element::other) continue;
        if (column.shape.size() == 1 && column.shape[0] > 1) objects[column.name] = column.shape[0];
        const auto pattern = numbered_pattern(column.name);
        if (!column.is_scalar() || pattern.empty()) continue;
        if (source.emplace(pattern, column.source).first->second == column.source)
            ++objects[pattern];
    }
    return objects;
}

std::map<std::string, Collection> collections_of(const hdf5::Table& table)
{
    const auto objects = objects_of(table);
    std::map<std::string, Collection> found;
    for (const auto& [pattern, count] : objects) {
        const auto [stem, key] = component_of(pattern);
        if (key.empty() || count < 2) continue;
        found[stem].patterns[key] = pattern;
        found[stem].slots[key] = count;
    }
    return found;
}

}  // namespace

std::string constituents_hint(const hdf5::Table& table)
{
    std::string best;
    int64_t most = 0;
    for (const auto& [stem, collection] : collections_of(table))
        if (const auto section = collection.section(); collection.size() > most && !section.empty())
            best = section, most = collection.size();
    if (!best.empty()) return best;
    for (const Column& column : table.columns)
        if (column.shape.size() == 2 && column.shape[1] >= 3)
            return fmt::format(
                "# constituents: {{pt: \"{0}[0]\", eta: \"{0}[1]\", phi: \"{0}[2]\"}}  "
                "# with the right elements, and energy or mass",
                column.name);
    for (const Column& column : table.columns)
        if (column.shape.size() == 1 && column.shape[0] > 1)
            return "# constituents: {pt: NAME, eta: NAME, phi: NAME}  # or energy, px, py, pz";
    return "";
}

}  // namespace jetsmith
