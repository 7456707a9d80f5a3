// SPDX-License-Identifier: Apache-2.0
#include "datasets/hdf5/column_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "core/config.h"
#include "core/errors.h"
#include "core/parallel.h"

namespace jetsmith::hdf5 {
namespace {

std::optional<int64_t> whole_number(std::string_view text)
{
    int64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return {};
    return value;
}

const Column* find(const Table& table, const std::string& name)
{
    for (const Column& column : table.columns)
        if (column.name == name || "/" + column.name == name) return &column;
    return nullptr;
}

/// Elements [begin, end) along the last axis of a column; one alone takes the axis away.
struct Part {
    std::string whole;
    int64_t begin = 0;
    std::optional<int64_t> end;
};

/// "name[k]" or "name[a:b]" -> its parts.
std::optional<Part> part_of(const std::string& name)
{
    const auto bracket = name.rfind('[');
    if (!name.ends_with(']') || bracket == std::string::npos || bracket == 0) return {};
    const auto inside = std::string_view(name).substr(bracket + 1, name.size() - bracket - 2);
    const auto colon = inside.find(':');
    const auto begin = whole_number(inside.substr(0, colon));
    if (!begin) return {};
    if (colon == std::string_view::npos) return Part{name.substr(0, bracket), *begin, {}};
    const auto end = whole_number(inside.substr(colon + 1));
    if (!end) return {};
    return Part{name.substr(0, bracket), *begin, end};
}

struct Range {
    int64_t begin, end, step;
};

/// "a:b:c" -> its numbers.
std::optional<Range> range_of(std::string_view pattern)
{
    const auto first = pattern.find(':'), second = pattern.rfind(':');
    if (first == std::string_view::npos || first == second) return {};
    const auto begin = whole_number(pattern.substr(0, first));
    const auto end = whole_number(pattern.substr(first + 1, second - first - 1));
    const auto step = whole_number(pattern.substr(second + 1));
    if (!begin || !end || !step || *step < 1 || *begin >= *end) return {};
    return Range{*begin, *end, *step};
}

Column cut(const Table& table, Column column, const Part& part, const std::string& name)
{
    const int64_t last = column.shape.empty() ? 0 : column.shape.back();
    const auto from_start = [last](int64_t k) { return k < 0 ? k + last : k; };
    const int64_t begin = from_start(part.begin);
    const int64_t end = part.end ? from_start(*part.end) : begin + 1;
    if (begin < 0 || begin >= end || end > last)
        throw UserError(
            "{}: column '{}' does not exist ('{}' has {} elements in its last "
            "dimension). Count them from 0.",
            table.file->name(), name, column.name, last);
    if (part.end && column.shape.size() > 1)
        throw UserError("{}: column '{}': '{}' has {} dimensions per row (a range is taken of one). "
                        "Choose one element with '[k]'.",
                        table.file->name(), name, column.name, column.shape.size());
    column.offset += static_cast<size_t>(begin) * column.stride;
    column.name = name;
    if (part.end) {
        column.shape.back() = end - begin;
        return column;
    }
    column.shape.pop_back();
    // One step along the axis that is now the last passes over all elements of the one removed.
    column.stride *= static_cast<size_t>(last);
    return column;
}

}  // namespace

std::vector<std::string> Table::names() const
{
    std::vector<std::string> all;
    for (const Column& column : columns) all.push_back(column.name);
    return all;
}

bool Table::has(const std::string& name) const
{
    const auto part = part_of(name);
    return find(*this, name) || (part && find(*this, part->whole));
}

Column Table::column(const std::string& name) const
{
    if (const Column* found = find(*this, name)) return *found;
    if (const auto part = part_of(name))
        if (const Column* whole = find(*this, part->whole)) return cut(*this, *whole, *part, name);
    throw UserError("{}: column '{}' was not found ({} with {} columns).{}", file->name(), name,
                    layout, columns.size(), suggestion(name, names()));
}

std::vector<Column> Table::matching(const std::string& pattern) const
{
    if (const auto range = range_of(pattern)) {
        std::vector<Column> all;
        for (int64_t k = range->begin; k < range->end; k += range->step)
            all.push_back(column(std::to_string(k)));
        return all;
    }
    const auto star = pattern.find('*');
    if (star == std::string::npos) return {column(pattern)};
    const std::string prefix = pattern.substr(0, star), suffix = pattern.substr(star + 1);
    std::map<int64_t, Column> found;
    for (const Column& column : columns) {
        const std::string& name = column.name;
        if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) ||
            !name.ends_with(suffix))
            continue;
        const auto k = whole_number(std::string_view(name).substr(
            prefix.size(), name.size() - prefix.size() - suffix.size()));
        if (k) found.emplace(*k, column);
    }
    if (found.empty())
        throw UserError("{}: no column matches '{}' ({} with {} columns).{}", file->name(), pattern,
                        layout, columns.size(), suggestion(prefix + "0" + suffix, names()));
    std::vector<Column> all;
    for (auto& [k, column] : found) {
        if (k != found.begin()->first + std::ssize(all))
            throw UserError("{}: columns '{}' are numbered with a gap (number {} is missing; every "
                            "number wanted). jetsmith inspect shows the names.",
                            file->name(), pattern, found.begin()->first + std::ssize(all));
        all.push_back(std::move(column));
    }
    return all;
}

std::vector<double> read_column(const Table& table, const Column& column, int64_t k)
{
    const RowSource& source = *table.sources[column.source];
    source.check_readable();
    const size_t offset = column.offset + static_cast<size_t>(k) * column.stride;
    const int64_t step = source.band_rows();
    std::vector<double> all(static_cast<size_t>(source.rows()));
    parallel_for((source.rows() + step - 1) / step, 8, [&](int64_t first, int64_t last) {
        RowSource::Scratch scratch;
        for (int64_t band = first; band < last; ++band) {
            const int64_t begin = band * step, end = std::min(begin + step, source.rows());
            const std::byte* rows = source.read(begin, end, scratch);
            load(rows + offset, column.element, source.row_bytes(),
                 static_cast<size_t>(end - begin), all.data() + begin);
        }
    });
    return all;
}

std::vector<std::string> pandas_frames(const File& file)
{
    std::vector<std::string> all;
    for (const std::string& group : file.groups()) {
        const auto type = file.text(group, "pandas_type");
        if (type && type->starts_with("frame")) all.push_back(group);
    }
    return all;
}

Table open_table(const std::shared_ptr<const File>& file, const std::string& key)
{
    const auto frames = pandas_frames(*file);
    std::string group = key.empty() || key.starts_with('/') ? key : "/" + key;
    if (group.empty() && frames.size() > 1)
        throw UserError("{}: holds {} frames ({}; one is wanted). Choose one with data.key of the "
                        "reader hdf5_table.",
                        file->name(), frames.size(), fmt::join(frames, ", "));
    if (group.empty() && frames.size() == 1) group = frames.front();
    if (std::find(frames.begin(), frames.end(), group) != frames.end())
        return file->text(group, "pandas_type") == "frame_table" ? open_pandas_table(file, group)
                                                                 : open_pandas_fixed(file, group);
    const auto& groups = file->groups();
    if (!group.empty() && !file->has_dataset(group) &&
        std::find(groups.begin(), groups.end(), group) == groups.end()) {
        auto known = file->datasets();
        known.insert(known.end(), groups.begin() + 1, groups.end());
        throw UserError("{}: '{}' was not found in the file.{}", file->name(), group,
                        suggestion(group, known));
    }
    return open_datasets(file, group.empty() ? "/" : group);
}

}  // namespace jetsmith::hdf5
