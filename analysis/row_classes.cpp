// SPDX-License-Identifier: Apache-2.0
#include "analysis/row_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/errors.h"
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
    const auto file = hdf5::File::open(source.substr(0, colon));
    RowClasses classes{source, false, read_labels(file, source.substr(colon + 1)), {}, {}};
    classes.names_L = hdf5::read_texts(*file, "/", "class_names");
    if (std::ssize(classes.labels_N) != distances.rows()) {
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
