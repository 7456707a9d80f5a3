// SPDX-License-Identifier: Apache-2.0
#include "datasets/events_guess.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/event_objects.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"

namespace jetsmith {
namespace {

constexpr int64_t kFewObjects = 20;

std::string end_of(const std::string& column) { return column.substr(column.rfind('/') + 1); }

/// The first scalar column whose name ends in one of these.
std::string scalar_named(const hdf5::Table& table, std::initializer_list<const char*> names)
{
    for (const char* name : names)
        for (const auto& column : event_columns(table, "").scalars)
            if (end_of(column) == name) return column;
    return "";
}

std::vector<std::string> class_names(const hdf5::Table& table, int64_t classes)
{
    for (const char* attribute : {"process_names", "class_names", "classes"}) {
        auto names = hdf5::read_texts(*table.file, "/", attribute);
        if (std::ssize(names) == classes) return names;
    }
    std::vector<std::string> names;
    for (int64_t c = 0; c < classes; ++c) names.push_back(fmt::format("class_{}", c));
    return names;
}

}  // namespace

bool looks_like_events(const hdf5::Table& table)
{
    const auto wanted = event_columns(table, "");
    std::set<std::string> collections;
    int64_t most = 0;
    for (const auto& [name, column] : wanted.dense) {
        collections.insert(name.substr(0, name.rfind('/')));
        const auto& shape = table.column(column).shape;
        most = std::max(most, shape.empty() ? 1 : shape.front());
    }
    return collections.size() > 1 ||
           (collections.size() == 1 && most <= kFewObjects && !wanted.scalars.empty());
}

std::string event_label_column(const hdf5::Table& table)
{
    return scalar_named(table, {"process", "label", "class", "is_signal", "signal", "target", "y"});
}

std::string events_hint(const hdf5::Table& table, const std::string& label, int64_t classes)
{
    std::string text;
    const auto names = short_names(event_columns(table, "").scalars);
    if (!label.empty()) {
        text += fmt::format("\n  label: {}\n  classes: [{}]", names.at(label),
                            fmt::join(class_names(table, classes), ", "));
    } else {
        text += "\n  classes: [class_0, class_1]  # and each file a class: {file: ..., class: ...}";
    }
    const auto weight = scalar_named(
        table, {"weight", "weights", "event_weight", "mc_weight", "mcEventWeight"});
    if (!weight.empty()) text += "\n  weights: " + names.at(weight);
    return text;
}

}  // namespace jetsmith
