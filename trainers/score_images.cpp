// SPDX-License-Identifier: Apache-2.0
#include "trainers/score_images.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>

#include "analysis/report_images.h"

namespace jetsmith {
namespace {

constexpr int64_t kAveraged = 10'000;
constexpr int64_t kBatch = 1000;
constexpr int64_t kShown = 8;  // of the best and of the worst, shared among the classes

at::Tensor images_of(const Input& input, const EventStore& store, const at::Tensor& rows)
{
    const auto device = store.source_rows_B.device();
    const auto batch = input.make(store, rows.to(device), std::nullopt, at::kFloat);
    return batch.images_BCHW.defined() ? batch.images_BCHW.to(at::kCPU).contiguous() : at::Tensor();
}

std::vector<float> to_vector(const at::Tensor& tensor)
{
    const auto flat = tensor.to(at::kFloat).contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

std::vector<std::vector<float>> averages(const Input& input, const EventStore& store)
{
    const auto labels = store.labels_B.to(at::kCPU);
    std::vector<at::Tensor> sums(store.class_names.size());
    std::vector<int64_t> counts(store.class_names.size(), 0);
    // Rows from the whole file, which may be ordered by class.
    const int64_t stride = (store.rows + kAveraged - 1) / kAveraged;
    for (int64_t begin = 0; begin < store.rows; begin += kBatch * stride) {
        const int64_t end = std::min(begin + kBatch * stride, store.rows);
        const auto rows = at::arange(begin, end, stride, at::kLong);
        const auto images = images_of(input, store, rows);
        const auto labels_of_rows = labels.index_select(0, rows);
        for (size_t label = 0; label < sums.size(); ++label) {
            const auto chosen = labels_of_rows.eq(static_cast<int64_t>(label)).nonzero().flatten();
            const auto sum = images.index_select(0, chosen).to(at::kDouble).sum(0);
            sums[label] = sums[label].defined() ? sums[label].add(sum) : sum;
            counts[label] += chosen.numel();
        }
    }
    std::vector<std::vector<float>> result;
    for (size_t label = 0; label < sums.size(); ++label)
        result.push_back(to_vector(sums[label].div(std::max<int64_t>(1, counts[label]))));
    return result;
}

/// Row positions decided rightly (or wrongly), class by class, each with its surest first: by the
/// score of the true class.
std::vector<int64_t> surest(const ScoreTable& table, bool right)
{
    std::vector<std::vector<int64_t>> rows_of_class(static_cast<size_t>(table.classes));
    for (int64_t row = 0; row < table.rows; ++row) {
        const auto* scores = table.scores_NC.data() + row * table.classes;
        const int64_t decided = std::max_element(scores, scores + table.classes) - scores;
        const int64_t label = table.labels_N[static_cast<size_t>(row)];
        if ((decided == label) == right) rows_of_class[static_cast<size_t>(label)].push_back(row);
    }
    std::vector<int64_t> chosen;
    for (int64_t label = 0; label < table.classes; ++label) {
        auto& rows = rows_of_class[static_cast<size_t>(label)];
        const auto shown = std::min(std::max<int64_t>(1, kShown / table.classes), std::ssize(rows));
        std::partial_sort(rows.begin(), rows.begin() + shown, rows.end(),
                          [&](int64_t a, int64_t b) {
                              const double x = table.score(a, label), y = table.score(b, label);
                              return x != y ? (right ? x > y : x < y) : a < b;
                          });
        chosen.insert(chosen.end(), rows.begin(), rows.begin() + shown);
    }
    return chosen;
}

analysis::ShownJets shown_jets(const Input& input, const EventStore& store, const ScoreTable& table,
                               bool right)
{
    analysis::ShownJets jets;
    const auto rows = surest(table, right);
    if (rows.empty()) return jets;
    jets.images_NCHW = to_vector(images_of(input, store, at::tensor(at::ArrayRef<int64_t>(rows))));
    for (const int64_t row : rows) {
        jets.scores.push_back(table.score(row, table.classes - 1));
        jets.labels.push_back(table.labels_N[static_cast<size_t>(row)]);
        jets.source_rows.push_back(table.source_rows_N[static_cast<size_t>(row)]);
    }
    return jets;
}

}  // namespace

void write_score_images(const std::filesystem::path& path, const Input& input,
                        const EventStore& store, const ScoreTable& table)
{
    const auto first = images_of(input, store, at::arange(0, 1, at::kLong));
    if (!first.defined() || table.classes < 2) return;
    analysis::ReportImages images;
    images.channels = first.size(1);
    images.height = first.size(2);
    images.width = first.size(3);
    images.class_names = store.class_names;
    images.averages_CHW = averages(input, store);
    images.best = shown_jets(input, store, table, true);
    images.worst = shown_jets(input, store, table, false);
    analysis::write_report_images(path, images);
}

}  // namespace jetsmith
