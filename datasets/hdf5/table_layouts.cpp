// SPDX-License-Identifier: Apache-2.0
// How each layout names its columns. The pandas layouts are undocumented but stable since 2013:
// pandas/io/pytables.py, classes AppendableFrameTable and FrameFixed.
#include <fmt/format.h>

#include <algorithm>

#include "core/config.h"
#include "core/errors.h"
#include "datasets/hdf5/pickle_names.h"
#include "datasets/hdf5/column_table.h"

namespace jetsmith::hdf5 {
namespace {

/// One column for each element of a field, e.g. values_block_0 with 804 names.
void add_block(Table& table, size_t source, const Field& field,
               const std::vector<std::string>& names)
{
    for (size_t k = 0; k < names.size(); ++k) {
        Column column{names[k], field.element, source, field.offset, 0, {}};
        column.stride = element_size(field.element);
        column.offset += k * column.stride;
        table.columns.push_back(std::move(column));
    }
}

std::vector<std::string> numbered(const std::string& prefix, int64_t count)
{
    std::vector<std::string> names;
    for (int64_t k = 0; k < count; ++k) names.push_back(fmt::format("{}[{}]", prefix, k));
    return names;
}

/// The names of block `field`: from its pickled list, else made up from the block's name.
std::vector<std::string> block_names(Table& table, const std::string& dataset, const Field& field)
{
    const int64_t count = field.shape.empty() ? 1 : field.shape.front();
    const auto pickled = table.file->text(dataset, (field.name + "_kind").c_str());
    auto names = pickled ? pickled_names(*pickled) : std::vector<std::string>{};
    if (std::ssize(names) == count) return names;
    table.named = false;
    return numbered(field.name, count);
}

/// A whole dataset (or a member of its records) as one column.
void add_dataset(Table& table, size_t source, const Field& field, const std::string& name)
{
    const RowSource& rows = *table.sources[source];
    Column column{name, field.element, source, field.offset, element_size(field.element), {}};
    column.shape.assign(rows.dims().begin() + 1, rows.dims().end());
    if (!field.name.empty() && !column.shape.empty()) {
        // A member of a grid of records: neighbours are one record apart.
        int64_t records = 1;
        for (const int64_t n : column.shape) records *= n;
        column.stride = rows.row_bytes() / static_cast<size_t>(std::max<int64_t>(1, records));
    }
    const bool nested = !column.shape.empty() && !field.shape.empty();
    if (nested) column.element = Element::other;
    if (!nested && !field.shape.empty()) column.shape = field.shape;
    table.columns.push_back(std::move(column));
}

}  // namespace

Table open_pandas_table(const std::shared_ptr<const File>& file, const std::string& group)
{
    Table table{"pandas table", group, file, {}, {}, true};
    const std::string dataset = group + "/table";
    table.sources.push_back(std::make_shared<RowSource>(file, dataset));
    for (const Field& field : table.sources[0]->fields()) {
        if (field.name == "index") continue;
        if (field.name.starts_with("values_block_"))
            add_block(table, 0, field, block_names(table, dataset, field));
        else
            add_block(table, 0, field, {field.name});  // a data column under its own name
    }
    return table;
}

Table open_pandas_fixed(const std::shared_ptr<const File>& file, const std::string& group)
{
    Table table{"pandas fixed", group, file, {}, {}, true};
    const int64_t blocks = file->integer(group, "nblocks").value_or(0);
    for (int64_t k = 0; k < blocks; ++k) {
        const std::string block = fmt::format("{}/block{}", group, k);
        auto source = std::make_shared<RowSource>(file, block + "_values");
        const auto names = file->labels(block + "_items");
        const Field& field = source->fields().front();
        if (field.element == Element::other)
            throw UserError(
                "{}: block '{}_values' holds Python objects (columns {}), which cannot "
                "be read. Write these columns as numbers.",
                file->name(), block, fmt::join(names, ", "));
        if (source->dims().size() != 2 || source->dims()[1] != std::ssize(names))
            throw UserError("{}: block '{}_values' has shape ({}) for {} column names (one column per "
                        "name is wanted). Write the file again with pandas.",
                            file->name(), block, fmt::join(source->dims(), ", "), names.size());
        table.sources.push_back(std::move(source));
        add_block(table, table.sources.size() - 1, field, names);
    }
    // Blocks group columns by type; axis0 has them in the order in which the user sees them.
    const auto order = file->labels(group + "/axis0");
    const auto place = [&](const Column& column) {
        return std::find(order.begin(), order.end(), column.name) - order.begin();
    };
    if (blocks > 1)
        std::stable_sort(table.columns.begin(), table.columns.end(),
                         [&](const auto& a, const auto& b) { return place(a) < place(b); });
    return table;
}

Table open_datasets(const std::shared_ptr<const File>& file, const std::string& group)
{
    Table table{"HDF5 datasets", group, file, {}, {}, true};
    const std::string inside = group == "/" ? "/" : group + "/";
    for (const std::string& path : file->datasets()) {
        if (path != group && !path.starts_with(inside)) continue;
        const Handle dataset = file->dataset(path);
        if (shape(dataset.id()).empty()) continue;
        table.sources.push_back(std::make_shared<RowSource>(file, path));
        for (const Field& field : table.sources.back()->fields()) {
            const std::string name =
                path.substr(path == group ? path.rfind('/') + 1 : inside.size());
            add_dataset(table, table.sources.size() - 1, field,
                        field.name.empty() ? name : name + "/" + field.name);
        }
    }
    return table;
}

}  // namespace jetsmith::hdf5
