// SPDX-License-Identifier: Apache-2.0
#include "datasets/file_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "core/config.h"
#include "core/errors.h"
#include "core/log.h"
#include "datasets/jet_kinematics.h"

namespace jetsmith {
namespace {

using hdf5::Column;
using hdf5::Element;

constexpr int64_t kBlockBytes = 2 << 20;  // of rows that are read together

bool is_quantity(const std::string& name)
{
    const auto& names = jet_quantity_names();
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// float32, float64 or int64 as published; dense columns are never wider than float32.
at::ScalarType store_type(Element element, bool dense)
{
    if (element == Element::f64) return dense ? at::kFloat : at::kDouble;
    if (element == Element::f32) return at::kFloat;
    const bool byte = element == Element::u8 || element == Element::boolean;
    return dense && byte ? at::kByte : at::kLong;
}

const std::string& label_name(const hdf5::Table& table, const WantedColumns& wanted)
{
    const bool other = !wanted.label.empty() && !wanted.label_otherwise.empty() &&
                       !table.has(wanted.label) && table.has(wanted.label_otherwise);
    return other ? wanted.label_otherwise : wanted.label;
}

hdf5::Table open_named(const std::filesystem::path& path, const WantedColumns& wanted)
{
    auto table = hdf5::open_table(hdf5::File::open(path), wanted.key);
    if (!table.named && table.columns.size() == wanted.fallback_names.size())
        for (size_t k = 0; k < table.columns.size(); ++k)
            table.columns[k].name = wanted.fallback_names[k];
    return table;
}

}  // namespace

FilePlan::FilePlan(const std::filesystem::path& path, const WantedColumns& wanted,
                   const RowRules& row_rules, bool lenient)
    : table(open_named(path, wanted)), rules(row_rules), name_(path.string())
{
    if (wanted.momenta) momenta.emplace(table, *wanted.momenta, rules.unit);
    const auto optional = [&](const std::string& name) -> std::optional<Column> {
        if (name.empty() || (lenient && !table.has(name))) return {};
        return table.column(name);
    };
    label = optional(label_name(table, wanted));
    weight = optional(wanted.weight);
    if (label && !label->is_scalar() && label->shape != std::vector<int64_t>{rules.classes})
        throw UserError(
            "{}: label column '{}' has {} values per row (one, or one per class, {}, is "
            "wanted). Name another column, or as many data.classes.",
            name_, label->name, fmt::join(label->shape, " x "), rules.classes);
    resolve_values(wanted, lenient);
    resolve_selection();
    collect_sources();
}

ValueColumn FilePlan::column_or_quantity(const std::string& name) const
{
    if (momenta && is_quantity(name) && !table.has(name))
        return {name, {}, name, at::kFloat, false};
    Column column = table.column(name);
    if (!column.is_scalar() || column.element == Element::other)
        throw UserError("{}: column '{}' is no single number per row (such a column is wanted). "
                        "Choose an element of it with '{}[k]', or another column.",
                        name_, name, name);
    return {name, column, "", store_type(column.element, false), false};
}

void FilePlan::resolve_values(const WantedColumns& wanted, bool lenient)
{
    std::set<std::string> taken;
    const auto add = [&](ValueColumn value) {
        if (taken.insert(value.name).second) values.push_back(std::move(value));
    };
    for (const auto& name : wanted.scalars) add(column_or_quantity(name));
    for (const auto& name : wanted.observers) {
        const bool absent = !table.has(name) && !(momenta && is_quantity(name));
        if (lenient && absent)
            log::warning("{}: observer '{}' was not found and is left out.", name_, name);
        else
            add(column_or_quantity(name));
    }
    for (const auto& [name, column] : wanted.dense) {
        const Column found = table.column(column);
        if (found.element == Element::other)
            throw UserError("{}: column '{}' holds no numbers (numbers are wanted). Choose another "
                            "column.",
                            name_, column);
        add({name, found, "", store_type(found.element, true), true});
    }
    if (!wanted.all_scalars) return;
    for (const Column& column : table.columns)
        if (column.is_scalar() && column.element != Element::other && column.name != wanted.label &&
            column.name != wanted.weight && !(momenta && momenta->uses(column)))
            add(column_or_quantity(column.name));
}

void FilePlan::resolve_selection()
{
    if (!rules.selection) return;
    for (const auto& name : rules.selection->names()) {
        auto known = table.names();
        if (momenta)
            known.insert(known.end(), jet_quantity_names().begin(), jet_quantity_names().end());
        if (!table.has(name) && !(momenta && is_quantity(name)))
            throw UserError("{}: column '{}' of the selection '{}' was not found.{}", name_, name,
                            rules.selection->text(), suggestion(name, known));
        selected_on.push_back(column_or_quantity(name));
    }
}

void FilePlan::forget_selection()
{
    rules.selection.reset();
    selected_on.clear();
    collect_sources();
}

int64_t FilePlan::block_rows() const
{
    std::set<size_t> used;
    if (momenta)
        for (const size_t source : momenta->sources()) used.insert(source);
    for (const auto* column : {&label, &weight})
        if (*column) used.insert((*column)->source);
    for (const auto& value : values)
        if (value.quantity.empty()) used.insert(value.column.source);
    int64_t bytes = 1, most = 1, pace = 1, widest = -1;
    for (const size_t s : used) {
        const auto& source = *table.sources[s];
        const auto row = static_cast<int64_t>(source.row_bytes());
        bytes += row;
        if (!source.chunk_dims().empty()) most = std::max(most, source.band_rows());
        if (row > widest) pace = source.band_rows();
        widest = std::max(widest, row);
    }
    return std::max(pace, std::min(most, kBlockBytes / bytes));
}

bool FilePlan::needs_kinematics(const std::vector<ValueColumn>& columns) const
{
    return std::any_of(columns.begin(), columns.end(),
                       [](const auto& value) { return !value.quantity.empty(); });
}

void FilePlan::collect_sources()
{
    std::set<size_t> used;
    const auto need = [&](const std::string& what, size_t source) {
        const int64_t count = table.sources[source]->rows();
        if (used.empty()) rows = count;
        if (count != rows)
            throw UserError("{}: '{}' has {} rows, but '{}' has {} (equal numbers are wanted). Name "
                            "columns of one length alone in the data section.",
                            name_, what, count, table.sources[*used.begin()]->path(), rows);
        used.insert(source);
    };
    if (momenta)
        for (const size_t source : momenta->sources()) need(table.sources[source]->path(), source);
    for (const auto* column : {&label, &weight})
        if (*column) need((*column)->name, (*column)->source);
    for (const auto* columns : {&values, &selected_on})
        for (const auto& value : *columns)
            if (value.quantity.empty()) need(value.name, value.column.source);
    if (used.empty())
        throw UserError("{}: none of its columns is wanted. Name some in the data section.", name_);
    sources.assign(used.begin(), used.end());
    for (const size_t source : sources) table.sources[source]->check_readable();
}

}  // namespace jetsmith
