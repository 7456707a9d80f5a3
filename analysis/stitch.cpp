// SPDX-License-Identifier: Apache-2.0
#include "analysis/stitch.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

template <typename T>
void append(std::vector<T>& all, const std::vector<T>& part)
{
    all.insert(all.end(), part.begin(), part.end());
}

/// Elements in the order of `order`, `width` values each.
template <typename T>
void reorder(std::vector<T>& values, const std::vector<size_t>& order, size_t width)
{
    if (values.empty()) return;
    std::vector<T> sorted;
    sorted.reserve(values.size());
    for (const size_t row : order)
        for (size_t i = 0; i < width; ++i) sorted.push_back(values[row * width + i]);
    values = std::move(sorted);
}

void check_alike(const Predictions& first, const Predictions& other, const std::string& place)
{
    const bool alike = first.table.classes == other.table.classes &&
                       first.table.class_names == other.table.class_names &&
                       first.source_files == other.source_files &&
                       first.table.multi_label == other.table.multi_label &&
                       first.table.labelled() == other.table.labelled() &&
                       first.table.weights_N.empty() == other.table.weights_N.empty() &&
                       first.table.observers.size() == other.table.observers.size();
    if (!alike)
        throw UserError(
            "{}: has other classes, files or columns than the runs before it. Stitch "
            "the folds of one training.",
            place);
}

void append(Predictions& all, const Predictions& part)
{
    all.table.rows += part.table.rows;
    append(all.table.scores_NC, part.table.scores_NC);
    append(all.table.labels_N, part.table.labels_N);
    append(all.table.targets_NL, part.table.targets_NL);
    append(all.table.weights_N, part.table.weights_N);
    append(all.table.source_rows_N, part.table.source_rows_N);
    append(all.source_file_N, part.source_file_N);
    for (auto& [name, values] : all.table.observers) append(values, part.table.observers.at(name));
}

}  // namespace

Predictions stitched(const std::vector<std::filesystem::path>& runs)
{
    ensure(!runs.empty(), "nothing to stitch");
    Predictions all = read_predictions(runs.front() / "predictions.h5");
    all.latents = 0;
    all.latent_NL.clear();
    for (size_t i = 1; i < runs.size(); ++i) {
        const auto part = read_predictions(runs[i] / "predictions.h5");
        check_alike(all, part, runs[i].string());
        append(all, part);
    }
    const auto key = [&](size_t row) {
        return std::tuple(all.source_file_N.empty() ? 0 : all.source_file_N[row],
                          all.table.source_rows_N[row]);
    };
    std::vector<size_t> order(static_cast<size_t>(all.table.rows));
    std::iota(order.begin(), order.end(), size_t{0});
    std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
    for (size_t i = 1; i < order.size(); ++i)
        if (key(order[i - 1]) == key(order[i]))
            throw UserError(
                "{}: row {} was scored by two of the runs (each row belongs to one "
                "fold). Stitch the folds of one training.",
                runs.front().parent_path().string(), std::get<1>(key(order[i])));
    reorder(all.table.scores_NC, order, static_cast<size_t>(all.table.classes));
    reorder(all.table.labels_N, order, 1);
    reorder(all.table.targets_NL, order, static_cast<size_t>(all.table.classes));
    reorder(all.table.weights_N, order, 1);
    reorder(all.source_file_N, order, 1);
    for (auto& [name, values] : all.table.observers) reorder(values, order, 1);
    reorder(all.table.source_rows_N, order, 1);
    return all;
}

}  // namespace jetsmith::analysis
