// SPDX-License-Identifier: Apache-2.0
#include "analysis/predictions.h"

#include <algorithm>

#include "core/atomic_file.h"
#include "core/errors.h"
#include "datasets/hdf5/arrays.h"
#include "datasets/hdf5/attributes.h"
#include "datasets/hdf5/content_check.h"

namespace jetsmith::analysis {
namespace {

using hdf5::ArrayWriter;
using FilePointer = std::shared_ptr<const hdf5::File>;

constexpr int64_t kFormatVersion = 1;
constexpr auto kObservers = "/observers/";
constexpr auto kAnomaly = "anomaly";
constexpr auto kLabels = "labels";

bool float32_suffices(const std::vector<double>& values)
{
    return std::all_of(values.begin(), values.end(), [](double v) {
        return static_cast<double>(static_cast<float>(v)) == v;
    });
}

template <typename T>
void write_column(ArrayWriter& writer, const std::string& name, const std::vector<T>& values)
{
    if (!values.empty()) writer.column<T>(name, values);
}

void write_all(const std::filesystem::path& path, const Predictions& predictions)
{
    const ScoreTable& table = predictions.table;
    ArrayWriter writer(path);
    hdf5::write_content(writer, "predictions", kFormatVersion);
    writer.text("name", table.name);
    if (!table.probabilities) writer.text("score_kind", kAnomaly);
    if (table.multi_label) writer.text("score_kind", kLabels);
    if (!table.split.empty()) writer.text("split", table.split);
    writer.texts("class_names", table.class_names);
    writer.texts("source_files", predictions.source_files);
    writer.texts("source_hashes", predictions.source_hashes);
    if (float32_suffices(table.scores_NC)) {
        const std::vector<float> scores(table.scores_NC.begin(), table.scores_NC.end());
        writer.array<float>("scores", {table.rows, table.classes}, scores);
    } else {
        writer.array<double>("scores", {table.rows, table.classes}, table.scores_NC);
    }
    write_column(writer, "labels", table.labels_N);
    if (!table.targets_NL.empty())
        writer.array<uint8_t>("labels", {table.rows, table.classes}, table.targets_NL);
    write_column(writer, "weights", table.weights_N);
    write_column(writer, "source_row", table.source_rows_N);
    write_column(writer, "source_file", predictions.source_file_N);
    if (predictions.latents > 0)
        writer.array<float>("latent", {table.rows, predictions.latents}, predictions.latent_NL);
    for (const auto& [name, values] : table.observers)
        write_column(writer, kObservers + name, values);
    writer.close();
}

template <typename T>
std::vector<T> read_column(const FilePointer& file, const std::string& name)
{
    if (!file->has_dataset(name)) return {};
    auto array = hdf5::read_array<T>(file, name);
    if (array.shape.size() != 1)
        throw UserError("{}: dataset '{}' has {} dimensions (1 wanted: one value per row). Choose "
                        "another dataset.",
                        file->name(), name, array.shape.size());
    return std::move(array.values);
}

void read_score_array(ScoreTable& table, const FilePointer& file, const std::string& name)
{
    auto scores = hdf5::read_array<double>(file, name);
    if (scores.shape.size() > 2)
        throw UserError("{}: dataset '{}' has {} dimensions (scores have 1, or 2 with one column "
                        "per class). Choose another dataset.",
                        file->name(), name, scores.shape.size());
    table.rows = scores.shape[0];
    table.classes = scores.shape.size() == 2 ? scores.shape[1] : 1;
    table.scores_NC = std::move(scores.values);
}

void read_latent(Predictions& predictions, const FilePointer& file)
{
    if (!file->has_dataset("/latent")) return;
    const auto latent = hdf5::read_array<double>(file, "/latent");
    if (latent.shape.size() != 2 || latent.shape[0] != predictions.table.rows)
        throw UserError("{}: dataset 'latent' does not fit (one row of coordinates per row of "
                        "scores wanted). Evaluate the run again.",
                        file->name());
    predictions.latents = latent.shape[1];
    predictions.latent_NL.assign(latent.values.begin(), latent.values.end());
}

/// Yes/no labels (N, C).
std::vector<uint8_t> read_targets(const FilePointer& file, const std::string& name)
{
    const auto array = hdf5::read_array<int64_t>(file, name);
    if (array.shape.size() != 2)
        throw UserError("{}: dataset '{}' has {} dimensions (yes/no labels have 2: rows and "
                        "labels). Choose another dataset.",
                        file->name(), name, array.shape.size());
    std::vector<uint8_t> targets;
    for (const int64_t value : array.values) {
        const auto place = std::ssize(targets);
        if (value != 0 && value != 1)
            throw UserError("{}: dataset '{}', row {}, label {} is {} (0 or 1 wanted). Map the "
                            "labels to 0 and 1.",
                            file->name(), name, place / array.shape[1], place % array.shape[1],
                            value);
        targets.push_back(static_cast<uint8_t>(value));
    }
    return targets;
}

/// Labels from a 1-D dataset of integers or the columns of a one-hot (N, C) one.
std::vector<int64_t> read_labels(const FilePointer& file, const std::string& name)
{
    auto array = hdf5::read_array<int64_t>(file, name);
    if (array.shape.size() == 1) return std::move(array.values);
    if (array.shape.size() > 2)
        throw UserError("{}: dataset '{}' has {} dimensions (labels have 1, or 2 when one-hot). "
                        "Choose another dataset.",
                        file->name(), name, array.shape.size());
    const int64_t columns = array.shape[1];
    std::vector<int64_t> labels;
    for (int64_t row = 0; row < array.shape[0]; ++row) {
        const auto first = array.values.begin() + row * columns, last = first + columns;
        if (std::count(first, last, 1) != 1 || std::count(first, last, 0) != columns - 1)
            throw UserError("{}: dataset '{}', row {} is not one-hot (one 1 and zeros wanted). "
                            "Give a dataset of class numbers, or say that the labels are "
                            "independent: --multi-label.",
                            file->name(), name, row);
        labels.push_back(std::find(first, last, 1) - first);
    }
    return labels;
}

std::string dataset_path(const std::string& name)
{
    return name.starts_with('/') ? name : "/" + name;
}

}  // namespace

void write_predictions(const std::filesystem::path& path, const Predictions& predictions)
{
    predictions.table.check();
    write_atomically(path, [&](const std::filesystem::path& temporary) {
        write_all(temporary, predictions);
    });
}

Predictions read_predictions(const std::filesystem::path& path)
{
    const auto file = hdf5::File::open(path);
    hdf5::check_content(*file, {"predictions", kFormatVersion, "predictions of jetsmith",
                                "Use jetsmith metrics for other files of scores."});
    Predictions predictions;
    ScoreTable& table = predictions.table;
    table.name = file->text("/", "name").value_or("");
    table.probabilities = file->text("/", "score_kind") != kAnomaly;
    table.multi_label = file->text("/", "score_kind") == kLabels;
    table.split = file->text("/", "split").value_or("");
    table.class_names = hdf5::read_texts(*file, "/", "class_names");
    predictions.source_files = hdf5::read_texts(*file, "/", "source_files");
    predictions.source_hashes = hdf5::read_texts(*file, "/", "source_hashes");
    read_score_array(table, file, "/scores");
    if (!table.multi_label)
        table.labels_N = read_column<int64_t>(file, "/labels");
    else if (file->has_dataset("/labels"))
        table.targets_NL = read_targets(file, "/labels");
    table.weights_N = read_column<double>(file, "/weights");
    table.source_rows_N = read_column<int64_t>(file, "/source_row");
    for (const int64_t index : read_column<int64_t>(file, "/source_file"))
        predictions.source_file_N.push_back(static_cast<int32_t>(index));
    read_latent(predictions, file);
    for (const auto& dataset : file->datasets())
        if (dataset.starts_with(kObservers))
            table.observers[dataset.substr(std::string(kObservers).size())] =
                read_column<double>(file, dataset);
    table.check();
    return predictions;
}

std::vector<ScoreTable> read_scores(const std::filesystem::path& path, const ScoreNames& names)
{
    const auto file = hdf5::File::open(path);
    const bool ours = file->text("/", "content") == "predictions";
    ScoreTable common;
    common.multi_label =
        names.multi_label || (ours && file->text("/", "score_kind") == kLabels);
    const auto labels = dataset_path(names.labels.empty() ? "labels" : names.labels);
    if (!names.labels.empty() || file->has_dataset(labels)) {
        if (common.multi_label)
            common.targets_NL = read_targets(file, labels);
        else
            common.labels_N = read_labels(file, labels);
    }
    if (!names.weights.empty()) {
        file->dataset(dataset_path(names.weights));
        common.weights_N = read_column<double>(file, dataset_path(names.weights));
    } else if (ours) {
        common.weights_N = read_column<double>(file, "/weights");
    }
    const auto class_names = hdf5::read_texts(*file, "/", "class_names");
    std::vector<ScoreTable> tables;
    for (const auto& name : names.scores) {
        ScoreTable table = common;
        table.name = name;
        if (ours) table.probabilities = file->text("/", "score_kind") != kAnomaly;
        read_score_array(table, file, dataset_path(name));
        if (static_cast<int64_t>(class_names.size()) == table.label_count())
            table.class_names = class_names;
        if (names.logits) logits_to_probabilities(table);
        tables.push_back(std::move(table));
    }
    return tables;
}

}  // namespace jetsmith::analysis
