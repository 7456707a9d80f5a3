// SPDX-License-Identifier: Apache-2.0
#include "datasets/file_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/errors.h"
#include "datasets/events_guess.h"
#include "datasets/hdf5/column_table.h"
#include "datasets/momentum_guess.h"
#include "datasets/reader.h"

namespace jetsmith {
namespace {

using hdf5::Column;
using hdf5::Element;
using hdf5::Table;

std::string type_name(const hdf5::RowSource& source)
{
    const auto& fields = source.fields();
    if (fields.size() == 1 && fields[0].name.empty())
        return std::string(hdf5::element_name(fields[0].element));
    return fmt::format("record of {}", fields.size());
}

DatasetReport describe(const hdf5::RowSource& source)
{
    DatasetReport report;
    report.name = source.path();
    report.type = type_name(source);
    report.shape = source.dims();
    report.chunk = source.chunk_dims();
    for (const auto& filter : source.filters()) report.filters.push_back(filter.shown());
    report.stored_bytes = source.stored_bytes();
    report.readable = hdf5::can_read(source.filters());
    return report;
}

bool is_readable(const Table& table, const Column& column)
{
    const auto& source = *table.sources[column.source];
    return column.element != Element::other && hdf5::can_read(source.filters()) &&
           source.rows() > 0;
}

/// The value in row 0; of an array the first three.
std::string first_values(const Table& table, const Column& column,
                         std::vector<hdf5::RowSource::Scratch>& scratch)
{
    if (!is_readable(table, column)) return "";
    const auto* row = table.sources[column.source]->read(0, 1, scratch[column.source]);
    const auto shown = [&](int64_t k) {
        const auto* place = row + column.offset + static_cast<size_t>(k) * column.stride;
        return fmt::format("{:.7g}", hdf5::load<double>(place, column.element));
    };
    if (column.is_scalar()) return shown(0);
    std::string text = shown(0);
    for (int64_t k = 1; k < std::min<int64_t>(3, column.shape.back()); ++k) text += ", " + shown(k);
    return text + (column.shape.back() > 3 || column.shape.size() > 1 ? ", ..." : "");
}

bool has_all(const Table& table, std::initializer_list<const char*> names)
{
    return std::all_of(names.begin(), names.end(),
                       [&](const char* name) { return table.has(name); });
}

bool is_lhco(const Table& table)
{
    const size_t count = table.columns.size();
    return table.layout == "pandas fixed" && count % 3 <= 1 && count >= 300 &&
           has_all(table, {"0", "1", "2"});
}

/// One-hot classes among the columns of `jets`, as the hls4ml jet data sets have them.
constexpr auto kClassesOfJets = "jets[53:58]";

bool has_classes_of_jets(const Table& table)
{
    return has_all(table, {"jetImage", "jets"}) &&
           table.column("jets").shape == std::vector<int64_t>{59};
}

/// Column names that publishers give to the class of a row.
std::string label_column(const Table& table)
{
    if (looks_like_events(table)) return event_label_column(table);
    for (const char* name : {"is_signal_new", "is_signal", "label", "labels", "jetClass", "target",
                             "signal", "y", "truth_label"})
        if (table.has(name)) return name;
    if (has_classes_of_jets(table)) return kClassesOfJets;
    const std::string last = table.columns.empty() ? "" : table.columns.back().name;
    return is_lhco(table) && table.columns.size() % 3 == 1 ? last : "";
}

/// Rows of each label; empty when the values are not small whole numbers.
std::map<int64_t, int64_t> count_labels(const Table& table, const Column& column)
{
    std::map<int64_t, int64_t> counts;
    const bool one_hot = column.shape.size() == 1;
    if (!is_readable(table, column) || column.shape.size() > 1) return counts;
    const auto& source = *table.sources[column.source];
    const int64_t classes = one_hot ? column.shape[0] : 1;
    std::vector<std::vector<double>> values;
    for (int64_t k = 0; k < classes; ++k) values.push_back(hdf5::read_column(table, column, k));
    for (int64_t r = 0; r < source.rows(); ++r) {
        double label = values[0][static_cast<size_t>(r)];
        if (one_hot) {
            label = 0;
            for (int64_t k = 1; k < classes; ++k)
                if (values[static_cast<size_t>(k)][static_cast<size_t>(r)] >
                    values[static_cast<size_t>(label)][static_cast<size_t>(r)])
                    label = static_cast<double>(k);
        }
        if (label != std::nearbyint(label) || !(std::abs(label) < 1000)) return {};
        ++counts[static_cast<int64_t>(label)];
    }
    return counts;
}

std::string hint(const FileReport& report, const Table& table)
{
    const std::string train = "\n  train: " + report.file;
    if (has_all(table, {"E_0", "PX_0", "PY_0", "PZ_0", "is_signal_new"}))
        return "data:\n  type: top_tagging" + train;
    if (is_lhco(table)) {
        const auto hadrons = table.columns.size() / 3;
        return "data:\n  type: lhco_raw" + train +
               (hadrons == 700 ? "" : fmt::format("\n  hadrons: {}", hadrons)) +
               (report.label.empty() ? "\n  labelled: false" : "");
    }
    if (has_all(table, {"jetImage", "jetClass"}) || has_classes_of_jets(table))
        return "data:\n  type: jet_images" + train;
    if (report.frames.empty() && looks_like_events(table))
        return "data:\n  type: events" + train +
               events_hint(table, report.label,
                           report.label.empty() ? 0 : report.label_counts.rbegin()->first + 1);
    std::string text = "data:\n  type: hdf5_table" + train;
    if (report.frames.size() > 1) text += "\n  key: " + table.key;
    if (!report.label_counts.empty()) {
        std::vector<std::string> classes;
        for (int64_t k = 0; k <= report.label_counts.rbegin()->first; ++k)
            classes.push_back(fmt::format("class_{}", k));
        text +=
            fmt::format("\n  label: {}\n  classes: [{}]", report.label, fmt::join(classes, ", "));
    }
    if (const auto constituents = constituents_hint(table); !constituents.empty())
        text += "\n  " + constituents;
    return text;
}

}  // namespace

void judge_rows(FileReport& report)
{
    // A name without a folder: the file's own is relative to the working directory.
    const ConfigNode root = parse_yaml(report.hint + "\n  on_bad_row: drop\n  loading: streamed\n",
                                       "the proposed section");
    Config section(*root.find("data"), "data", "jetsmith inspect");
    const auto reader = Registry<Reader>::make(section);
    report.bad_rows = reader->open(Split::train, {})->index().left_out.at(0);
}

FileReport inspect_file(const std::filesystem::path& path)
{
    const auto file = hdf5::File::open(path);
    FileReport report;
    report.file = path.string();
    report.file_bytes = static_cast<int64_t>(std::filesystem::file_size(path));
    report.frames = hdf5::pandas_frames(*file);
    const Table all = hdf5::open_datasets(file, "/");
    for (const auto& source : all.sources) report.datasets.push_back(describe(*source));
    const Table table =
        hdf5::open_table(file, report.frames.size() > 1 ? report.frames.front() : "");
    report.layout = table.layout;
    std::vector<hdf5::RowSource::Scratch> scratch(table.sources.size());
    for (const Column& column : table.columns) {
        report.rows = std::max(report.rows, table.rows(column));
        report.columns.push_back({column.name, std::string(hdf5::element_name(column.element)),
                                  column.shape, first_values(table, column, scratch)});
    }
    report.label = label_column(table);
    if (!report.label.empty())
        report.label_counts = count_labels(table, table.column(report.label));
    if (report.label_counts.empty()) report.label.clear();
    report.hint = hint(report, table);
    return report;
}

}  // namespace jetsmith
