// SPDX-License-Identifier: Apache-2.0
#include "analysis/row_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "analysis/distance_settings.h"
#include "core/config_node.h"
#include "core/errors.h"
#include "core/sha256.h"
#include "datasets/file_report.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"
#include "datasets/hdf5/column_table.h"

namespace jetsmith::analysis {
namespace {

/// A label of every row of the file.
std::vector<int64_t> read_labels(const std::shared_ptr<const hdf5::File>& file,
                                 const std::string& dataset)
{
    const auto table = hdf5::open_table(file);
    const auto column = table.column(dataset);
    if (!column.is_scalar() || column.element == hdf5::Element::other)
        throw UserError(
            "{}: '{}' is no column of single numbers (one label per row wanted). Choose "
            "another dataset, or an element such as '{}[0]'.",
            file->name(), dataset, dataset);
    const auto values = hdf5::read_column(table, column);
    std::vector<int64_t> labels;
    for (const double value : values) {
        if (!(value == std::floor(value) && std::abs(value) < 0x1p53))
            throw UserError("{}: '{}', row {} is {} (integers wanted). Choose another dataset.",
                            file->name(), dataset, labels.size(), value);
        labels.push_back(static_cast<int64_t>(value));
    }
    return labels;
}

/// Whether rows of the file are events or jets, and not what is known of them besides.
bool holds_particles(const std::filesystem::path& path)
{
    const auto section = parse_yaml(inspect_file(path).hint, "the section that inspect proposes");
    const ConfigNode& data = *section.find("data");
    return data.find("type")->scalar != "hdf5_table" || data.find("constituents");
}

/// Whether it is the file that the distances were made of. Throws UserError when it is another file
/// of particles, or was made of another file.
bool is_input(const hdf5::File& file, const std::filesystem::path& path,
              const DistanceFile& distances)
{
    const auto settings = DistanceSettings::of_text(distances.settings);
    const std::string& wanted = settings.input_sha256;
    if (wanted.empty()) return false;
    if (sha256_of_file(path) == wanted) return true;
    const auto sources = hdf5::read_texts(file, "/", "source_hashes");
    const bool of_others = !sources.empty() && std::ranges::count(sources, wanted) == 0;
    if (of_others || holds_particles(path))
        throw UserError(
            "{}: {} other rows than those of {} (its SHA-256 is not that of {}; that file, or one "
            "of labels alone, wanted). Give the labels of the rows that were compared.",
            file.name(), of_others ? "was made of" : "holds", distances.name, settings.input);
    return false;
}

/// From the rows of the input file to those of the matrix.
std::vector<int64_t> by_source_row(const std::vector<int64_t>& labels,
                                   const DistanceFile& distances, const std::string& source)
{
    std::vector<int64_t> chosen;
    for (const int64_t row : distances.source_rows_N) {
        if (row < 0 || row >= std::ssize(labels))
            throw UserError(
                "{}: has {} labels, but {} needs that of row {} (one for each of its {} "
                "rows, or for every row of its input file wanted). Give the labels of "
                "the file that the distances were made of.",
                source, labels.size(), distances.name, row, distances.rows());
        chosen.push_back(labels[row]);
    }
    return chosen;
}

}  // namespace

RowClasses without_labels(const DistanceFile& distances)
{
    RowClass all{0, "all", std::vector<int64_t>(distances.rows())};
    std::iota(all.rows.begin(), all.rows.end(), 0);
    RowClasses classes;
    classes.classes.push_back(std::move(all));
    return classes;
}

RowClasses read_row_classes(const std::string& source, const DistanceFile& distances)
{
    const auto colon = source.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == source.size())
        throw UserError(
            "--labels: '{}' does not name a file and a dataset (FILE:DATASET wanted). "
            "Write e.g. test.h5:labels.",
            source);
    const std::filesystem::path path = source.substr(0, colon);
    const auto file = hdf5::File::open(path);
    const bool input = is_input(*file, path, distances);
    RowClasses classes{source, false, read_labels(file, source.substr(colon + 1)), {}, {}};
    classes.names_L = hdf5::read_texts(*file, "/", "class_names");
    if (input || std::ssize(classes.labels_N) != distances.rows()) {
        classes.by_source_row = true;
        classes.labels_N = by_source_row(classes.labels_N, distances, source);
    }
    std::map<int64_t, RowClass> by_label;
    for (int64_t row = 0; row < std::ssize(classes.labels_N); ++row)
        by_label[classes.labels_N[row]].rows.push_back(row);
    for (auto& [label, found] : by_label) {
        const bool named = label >= 0 && label < std::ssize(classes.names_L);
        found.label = label;
        found.name = named ? classes.names_L[label] : fmt::format("class {}", label);
        classes.classes.push_back(std::move(found));
    }
    return classes;
}

}  // namespace jetsmith::analysis
