// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_file.h"

#include <algorithm>
#include <array>

#include "core/errors.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"
#include "datasets/hdf5/content_check.h"
#include "inputs/stored_emd_events.h"

namespace jetsmith::analysis {
namespace {

constexpr int64_t kFormatVersion = 1;
constexpr auto kContent = "distances";
constexpr int64_t kPiece = 1 << 20;  // distances at a time

const std::array<std::string, 3> kLayouts{"condensed", "rectangular", "pairs"};

DistanceLayout layout_of(const hdf5::File& file)
{
    const auto name = file.text("/", "layout").value_or("none");
    const auto found = std::find(kLayouts.begin(), kLayouts.end(), name);
    if (found == kLayouts.end())
        throw UserError(
            "{}: attribute layout is {} (condensed, rectangular or pairs wanted). Write "
            "the file again with jetsmith emd.",
            file.name(), name);
    return static_cast<DistanceLayout>(found - kLayouts.begin());
}

template <typename T>
T needed(const std::optional<T>& value, const hdf5::File& file, const char* name)
{
    if (!value)
        throw UserError(
            "{}: attribute {} is missing (one value wanted). Write the file again with "
            "jetsmith emd.",
            file.name(), name);
    return *value;
}

}  // namespace

const std::string& layout_name(DistanceLayout layout)
{
    return kLayouts[static_cast<size_t>(layout)];
}

int64_t DistanceHeader::count() const
{
    if (layout == DistanceLayout::condensed) return rows() * (rows() - 1) / 2;
    if (layout == DistanceLayout::rectangular) return rows() * columns();
    return std::ssize(pairs_K2) / 2;
}

void write_distances(const std::filesystem::path& path, const DistanceHeader& header,
                     const DistanceSource& source)
{
    const bool matrix = header.layout == DistanceLayout::rectangular;
    const int64_t per_row = matrix ? header.columns() : 1;
    hdf5::ArrayWriter file(path);
    hdf5::write_content(file, kContent, kFormatVersion);
    file.text("layout", layout_name(header.layout));
    file.integer("rows", header.rows());
    file.integer("columns", header.columns());
    file.integer("failed", header.failed);
    file.number("max_gap", header.max_gap);
    file.text("settings", header.settings);
    file.column<int64_t>("source_row", header.source_row_N);
    file.column<int64_t>("source_row_columns", header.source_row_M);
    if (header.layout == DistanceLayout::pairs)
        file.array<int64_t>("pairs", {header.count(), 2}, header.pairs_K2);
    if (!header.labels_N.empty()) {
        file.column<int64_t>("labels", header.labels_N);
        file.texts("class_names", header.class_names);
    }
    if (header.events) inputs::write_emd_events(file, "event", *header.events);
    const int64_t rows = header.count() / per_row;
    file.create<double>("emd", matrix ? std::vector{rows, per_row} : std::vector{rows},
                        /*packed=*/false);
    std::vector<double> piece;
    const int64_t step = std::max<int64_t>(1, kPiece / per_row);
    for (int64_t row = 0; row < rows; row += step) {
        piece.resize(static_cast<size_t>(std::min(step, rows - row) * per_row));
        source(row * per_row, piece);
        file.rows<double>("emd", row, piece);
    }
    file.close();
}

DistanceHeader read_distance_header(const std::filesystem::path& path)
{
    const auto file = hdf5::File::open(path);
    hdf5::check_content(
        *file, {kContent, kFormatVersion, "distances of jetsmith", "Make them with jetsmith emd."});
    DistanceHeader header;
    header.layout = layout_of(*file);
    header.source_row_N = hdf5::read_array<int64_t>(file, "source_row").values;
    header.source_row_M = hdf5::read_array<int64_t>(file, "source_row_columns").values;
    if (header.layout == DistanceLayout::pairs)
        header.pairs_K2 = hdf5::read_array<int64_t>(file, "pairs").values;
    header.settings = needed(file->text("/", "settings"), *file, "settings");
    header.max_gap = needed(hdf5::read_number(*file, "/", "max_gap"), *file, "max_gap");
    header.failed = needed(file->integer("/", "failed"), *file, "failed");
    return header;
}

}  // namespace jetsmith::analysis
