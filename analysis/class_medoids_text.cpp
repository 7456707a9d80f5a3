// SPDX-License-Identifier: Apache-2.0
// How medoids are written down: the JSON document, the lines on the terminal, the file.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/class_medoids.h"
#include "core/atomic_file.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/content_check.h"
#include "inputs/stored_emd_events.h"

namespace jetsmith::analysis {
namespace {

using Json = nlohmann::ordered_json;

constexpr int64_t kFormatVersion = 1;

Json class_json(const ClassMedoids& found, const RowClasses& classes, const DistanceFile& distances)
{
    Json medoids = Json::array();
    const auto sizes = found.medoids.sizes_K();
    const auto means = found.medoids.mean_distances_K();
    for (size_t m = 0; m < sizes.size(); ++m) {
        const int64_t row = found.row(static_cast<int64_t>(m));
        medoids.push_back({{"rank", m + 1},
                           {"row", row},
                           {"source_row", distances.source_rows_N[row]},
                           {"size", sizes[m]},
                           {"mean_distance", means[m]}});
    }
    return {{"label", classes.labelled() ? Json(found.of.label) : Json(nullptr)},
            {"name", found.of.name},
            {"rows", found.of.rows.size()},
            {"method", found.sampled ? "CLARA" : "FasterPAM"},
            {"cost", found.medoids.cost},
            {"mean_distance", found.mean_distance()},
            {"medoids", medoids}};
}

void add_rows(TextTable& table, const ClassMedoids& found, const DistanceFile& distances)
{
    const auto sizes = found.medoids.sizes_K();
    const auto means = found.medoids.mean_distances_K();
    for (size_t m = 0; m < sizes.size(); ++m) {
        const int64_t row = found.row(static_cast<int64_t>(m));
        table.rows.push_back({found.of.name, std::to_string(m + 1), std::to_string(row),
                              std::to_string(distances.source_rows_N[row]), grouped(sizes[m]),
                              fmt::format("{:.5g}", means[m])});
    }
}

std::string method_note(const MedoidResult& result, const DistanceFile& distances)
{
    std::string classes;
    for (const auto& found : result.by_class)
        if (found.sampled) classes += (classes.empty() ? "" : ", ") + found.of.name;
    return fmt::format("best of {} descents (PAM, FasterPAM), seed {}{}{}", result.options.restarts,
                       result.options.seed,
                       classes.empty() ? "" : "; through samples (CLARA): " + classes,
                       distances.in_memory() ? "" : "; distances read piece by piece");
}

/// Column by column in the order of medoid_rows().
struct MedoidColumns {
    std::vector<int64_t> rows, source_rows, labels, sizes;
    std::vector<double> means;
    std::vector<int64_t> cluster_N;
};

MedoidColumns columns_of(const MedoidResult& result, const DistanceFile& distances)
{
    MedoidColumns columns;
    columns.cluster_N.resize(distances.rows());
    for (const auto& found : result.by_class) {
        const auto first = std::ssize(columns.rows);
        const auto sizes = found.medoids.sizes_K();
        const auto means = found.medoids.mean_distances_K();
        columns.sizes.insert(columns.sizes.end(), sizes.begin(), sizes.end());
        columns.means.insert(columns.means.end(), means.begin(), means.end());
        for (int64_t m = 0; m < std::ssize(sizes); ++m) {
            columns.rows.push_back(found.row(m));
            columns.source_rows.push_back(distances.source_rows_N[found.row(m)]);
            columns.labels.push_back(found.of.label);
        }
        for (size_t i = 0; i < found.of.rows.size(); ++i)
            columns.cluster_N[found.of.rows[i]] = first + found.medoids.cluster_N[i];
    }
    return columns;
}

}  // namespace

Json medoids_json(const MedoidResult& result, const DistanceFile& distances)
{
    Json json = {{"format_version", kFormatVersion},    {"content", "medoids"},
                 {"distances", distances.name},         {"rows", distances.rows()},
                 {"in_memory", distances.in_memory()},  {"k", result.options.k},
                 {"restarts", result.options.restarts}, {"seed", result.options.seed}};
    if (result.classes.labelled())
        json["labels"] = {{"dataset", result.classes.source},
                          {"indexed_by", result.classes.by_source_row ? "source_row" : "row"}};
    json["classes"] = Json::array();
    for (const auto& found : result.by_class)
        json["classes"].push_back(class_json(found, result.classes, distances));
    return json;
}

TextTable medoid_table(const MedoidResult& result, const DistanceFile& distances)
{
    TextTable table{
        {"class", "rank", "row", "source row", "cluster size", "mean distance"}, {}, {}};
    std::string means;
    for (const auto& found : result.by_class) {
        add_rows(table, found, distances);
        means += fmt::format("{}{} {:.5g} ({} rows)", means.empty() ? "" : ", ", found.of.name,
                             found.mean_distance(), grouped(std::ssize(found.of.rows)));
    }
    table.notes.push_back("mean distance to the nearest medoid: " + means);
    table.notes.push_back(method_note(result, distances));
    if (result.classes.labelled())
        table.notes.push_back(fmt::format(
            "labels: {}, {}", result.classes.source,
            result.classes.by_source_row ? "by source row" : "one per row of the matrix"));
    return table;
}

void write_medoids(const std::filesystem::path& path, const MedoidResult& result,
                   const DistanceFile& distances, const std::vector<double>& knn_scores_N)
{
    const auto columns = columns_of(result, distances);
    const auto features = distances.all->to(columns.rows);
    write_atomically(path, [&](const std::filesystem::path& temporary) {
        hdf5::ArrayWriter writer(temporary);
        hdf5::write_content(writer, "medoids", kFormatVersion);
        writer.text("distances", distances.name);
        writer.text("settings", distances.settings);
        if (result.classes.labelled()) writer.text("labels", result.classes.source);
        writer.texts("class_names", result.classes.names_L);
        writer.column<int64_t>("medoid_row", columns.rows);
        writer.column<int64_t>("medoid_source_row", columns.source_rows);
        writer.column<int64_t>("medoid_label", columns.labels);
        writer.column<int64_t>("cluster_size", columns.sizes);
        writer.column<double>("mean_distance", columns.means);
        writer.array<float>("distances", {distances.rows(), std::ssize(columns.rows)}, features);
        writer.column<int64_t>("cluster", columns.cluster_N);
        writer.column<int64_t>("source_row", distances.source_rows_N);
        if (result.classes.labelled()) writer.column<int64_t>("labels", result.classes.labels_N);
        if (distances.events)
            inputs::write_emd_events(writer, "medoid",
                                     inputs::select_emd_events(*distances.events, columns.rows));
        if (!knn_scores_N.empty()) writer.column<double>("knn_score", knn_scores_N);
        writer.close();
    });
}

}  // namespace jetsmith::analysis
