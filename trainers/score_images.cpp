// SPDX-License-Identifier: Apache-2.0
#include "trainers/score_images.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>

#include "analysis/report_images.h"

namespace jetsmith {
namespace {

constexpr int64_t kAveraged = 10'000;
constexpr int64_t kReconstructed = 2000;  // a network has to see each of them
constexpr int64_t kBatch = 1000;
constexpr int64_t kShown = 8;  // of the best and of the worst, shared among the classes

/// What goes into a model and, where it makes images of them, what comes out: (B, C, H, W) on the CPU.
struct Pictures {
    at::Tensor in, out;
};

Pictures pictures_of(Model* model, const Input& input, const RowPiece& rows)
{
    const auto batch = input.make(*rows.store, rows.rows_B, std::nullopt, at::kFloat);
    if (!batch.images_BCHW.defined()) return {};
    Pictures pictures{batch.images_BCHW.to(at::kCPU).contiguous(), {}};
    if (!model) return pictures;
    const auto made = model->forward(batch).reconstruction;
    if (made.defined()) pictures.out = made.to(at::kCPU, at::kFloat).contiguous();
    return pictures;
}

std::vector<float> to_vector(const at::Tensor& tensor)
{
    const auto flat = tensor.to(at::kFloat).contiguous();
    return {flat.const_data_ptr<float>(), flat.const_data_ptr<float>() + flat.numel()};
}

/// The mean of images over the rows of each class.
class ClassMeans {
  public:
    explicit ClassMeans(size_t classes) : sums_(classes), counts_(classes, 0) {}

    void add(const at::Tensor& images, const at::Tensor& labels)
    {
        for (size_t label = 0; label < sums_.size(); ++label) {
            const auto chosen = labels.eq(static_cast<int64_t>(label)).nonzero().flatten();
            const auto sum = images.index_select(0, chosen).to(at::kDouble).sum(0);
            sums_[label] = sums_[label].defined() ? sums_[label].add(sum) : sum;
            counts_[label] += chosen.numel();
        }
    }

    std::vector<std::vector<float>> means() const
    {
        std::vector<std::vector<float>> all;
        for (size_t label = 0; label < sums_.size(); ++label)
            if (sums_[label].defined())
                all.push_back(to_vector(sums_[label].div(std::max<int64_t>(1, counts_[label]))));
        return all;
    }

  private:
    std::vector<at::Tensor> sums_;
    std::vector<int64_t> counts_;
};

void add_averages(analysis::ReportImages& images, Model* model, const Input& input, RowFeed& rows)
{
    const auto labels = rows.index().labels_B.to(at::kCPU);
    const size_t classes = rows.index().class_names.size();
    ClassMeans in(classes), out(classes), residual(classes);
    // Rows from the whole file, which may be ordered by class.
    const int64_t wanted = model ? kReconstructed : kAveraged;
    const int64_t stride = (rows.rows() + wanted - 1) / wanted;
    const auto chosen = at::arange(0, rows.rows(), stride, at::kLong);
    rows.begin({chosen, 1});
    for (int64_t begin = 0; begin < chosen.size(0); begin += kBatch) {
        const int64_t count = std::min(kBatch, chosen.size(0) - begin);
        const Pictures pictures = pictures_of(model, input, rows.next(count));
        const auto labels_of_rows = labels.index_select(0, chosen.narrow(0, begin, count));
        in.add(pictures.in, labels_of_rows);
        if (!pictures.out.defined()) continue;
        out.add(pictures.out, labels_of_rows);
        residual.add(pictures.in.sub(pictures.out).abs(), labels_of_rows);
    }
    images.averages_CHW = in.means();
    images.output_averages_CHW = out.means();
    images.residual_averages_CHW = residual.means();
}

/// Row positions of each class with its smallest (or largest) anomaly scores first.
std::vector<int64_t> extreme(const ScoreTable& table, bool smallest)
{
    std::vector<int64_t> chosen;
    for (int64_t label = 0; label < table.label_count(); ++label) {
        std::vector<int64_t> rows;
        for (int64_t row = 0; row < table.rows; ++row)
            if (table.labels_N[static_cast<size_t>(row)] == label) rows.push_back(row);
        const auto shown = std::min(std::max<int64_t>(1, kShown / table.label_count()),
                                    std::ssize(rows));
        std::partial_sort(rows.begin(), rows.begin() + shown, rows.end(),
                          [&](int64_t a, int64_t b) {
                              const double x = table.score(a, 0), y = table.score(b, 0);
                              return x != y ? (smallest ? x < y : x > y) : a < b;
                          });
        chosen.insert(chosen.end(), rows.begin(), rows.begin() + shown);
    }
    return chosen;
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

analysis::ShownJets shown_jets(Model* model, const Input& input, RowFeed& feed,
                               const ScoreTable& table, bool right)
{
    analysis::ShownJets jets;
    const auto rows = table.classes < 2 ? extreme(table, right) : surest(table, right);
    if (rows.empty()) return jets;
    feed.begin({at::tensor(at::ArrayRef<int64_t>(rows)), std::ssize(rows)});
    const auto pictures = pictures_of(model, input, feed.next(std::ssize(rows)));
    jets.images_NCHW = to_vector(pictures.in);
    if (pictures.out.defined()) jets.outputs_NCHW = to_vector(pictures.out);
    for (const int64_t row : rows) {
        // Of two classes the signal score, of several that of the true class.
        const int64_t label = table.labels_N[static_cast<size_t>(row)];
        jets.scores.push_back(table.score(row, table.classes > 2 ? label : table.classes - 1));
        jets.labels.push_back(label);
        jets.source_rows.push_back(table.source_rows_N[static_cast<size_t>(row)]);
    }
    return jets;
}

}  // namespace

void write_score_images(const std::filesystem::path& path, Model* model, const Input& input,
                        RowFeed& rows, const ScoreTable& table)
{
    const at::NoGradGuard no_grad;
    const bool was_training = model && model->is_training();
    if (model) model->eval();
    rows.begin(file_order(rows.rows()));
    const auto first = pictures_of(model, input, rows.next(1));
    Model* const reconstructing = first.out.defined() ? model : nullptr;
    if (first.in.defined() && !table.multi_label && (table.classes > 1 || reconstructing)) {
        analysis::ReportImages images;
        images.channels = first.in.size(1);
        images.height = first.in.size(2);
        images.width = first.in.size(3);
        images.class_names = rows.index().class_names;
        add_averages(images, reconstructing, input, rows);
        images.best = shown_jets(reconstructing, input, rows, table, true);
        images.worst = shown_jets(reconstructing, input, rows, table, false);
        analysis::write_report_images(path, images);
    }
    if (model) model->train(was_training);
}

}  // namespace jetsmith
