// SPDX-License-Identifier: Apache-2.0
#include "inputs/standardise.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <vector>

#include "core/errors.h"
#include "core/float32_checks.h"
#include "core/parallel.h"

namespace jetsmith::inputs {
namespace {

constexpr int64_t kBlock = 4096;
constexpr const char* kMean = "pixel_mean_CHW";
constexpr const char* kDeviation = "pixel_deviation_CHW";

/// Count, mean and sum of squared deviations of every pixel so far.
struct Moments {
    int64_t rows = 0;
    std::vector<double> mean, squares;
};

/// Merges pixels [begin, end) of `rows` more images into `all`.
void merge(const float* images, int64_t rows, int64_t pixels, int64_t begin, int64_t end,
           Moments& all)
{
    std::vector<double> mean(static_cast<size_t>(end - begin)), squares(mean.size());
    const auto width = static_cast<int64_t>(mean.size());
    double* m = mean.data();
    double* s = squares.data();
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t i = 0; i < width; ++i) m[i] += images[row * pixels + begin + i];
    for (double& value : mean) value /= static_cast<double>(rows);
    for (int64_t row = 0; row < rows; ++row)
        for (int64_t i = 0; i < width; ++i) {
            const double off = images[row * pixels + begin + i] - m[i];
            s[i] += off * off;
        }
    const auto before = static_cast<double>(all.rows), now = static_cast<double>(rows);
    for (int64_t i = 0; i < width; ++i) {
        auto& old_mean = all.mean[static_cast<size_t>(begin + i)];
        const double step = m[i] - old_mean;
        all.squares[static_cast<size_t>(begin + i)] +=
            s[i] + step * step * before * now / (before + now);
        old_mean += step * now / (before + now);
    }
}

/// (H W C) numbers as a (C, H, W) tensor.
at::Tensor as_image(const std::vector<double>& values, at::IntArrayRef shape_CHW)
{
    auto flat = at::zeros({static_cast<int64_t>(values.size())}, at::kDouble);
    std::copy(values.begin(), values.end(), flat.mutable_data_ptr<double>());
    return flat.view({shape_CHW[1], shape_CHW[2], shape_CHW[0]}).permute({2, 0, 1}).contiguous();
}

}  // namespace

PixelStatistics pixel_statistics(RowFeed& train,
                                 const std::function<at::Tensor(const RowPiece&)>& images)
{
    const int64_t rows = train.rows();
    ensure(rows > 0, "statistics of no image");
    Moments all;
    std::vector<int64_t> shape_CHW;
    std::vector<at::Tensor> parts;  // of a block
    int64_t count = 0;
    for_each_block(train, piece_rows(train, kBlock), [&](const RowPiece& piece, int64_t begin) {
        const at::Tensor some = images(piece);
        shape_CHW = some.sizes().slice(1).vec();
        parts.push_back(some.permute({0, 2, 3, 1}).to(at::kCPU, at::kFloat).contiguous());
        count += some.size(0);
        if (count < kBlock && begin + some.size(0) < rows) return;
        const at::Tensor flat = parts.size() == 1 ? parts.front() : at::cat(parts);
        const int64_t pixels = flat.numel() / count;
        all.mean.resize(static_cast<size_t>(pixels));
        all.squares.resize(static_cast<size_t>(pixels));
        parallel_for(pixels, 128, [&](int64_t first, int64_t last) {
            merge(flat.const_data_ptr<float>(), count, pixels, first, last, all);
        });
        all.rows += count;
        parts.clear();
        count = 0;
    });
    const at::Tensor variance = as_image(all.squares, shape_CHW).div(static_cast<double>(rows));
    return {as_image(all.mean, shape_CHW), variance.sqrt()};
}

StandardiseOptions::StandardiseOptions(Config config)
{
    config.read("by", by, "none, or std: (value - mean) / (std + bias) per pixel",
                one_of({"none", "std"}));
    config.read("bias", bias, "keeps rarely hit pixels small", positive, normal_float32);
    config.finish();
}

void Standardiser::fit(RowFeed& train, const std::function<at::Tensor(const RowPiece&)>& images)
{
    if (active()) use(pixel_statistics(train, images));
}

void Standardiser::use(PixelStatistics statistics)
{
    const std::lock_guard lock(mutex_);
    statistics_ = std::move(statistics);
    tables_.clear();
}

InputState Standardiser::state() const
{
    if (!statistics_.mean_CHW.defined()) return {};
    return {{kMean, statistics_.mean_CHW}, {kDeviation, statistics_.deviation_CHW}};
}

void Standardiser::load_state(const InputState& state)
{
    const auto mean = state.find(kMean), deviation = state.find(kDeviation);
    const size_t wanted = active() ? 2 : 0;
    const bool complete = mean != state.end() && deviation != state.end();
    if (state.size() != wanted || (active() && !complete))
        throw UserError(
            "inputs: the saved state does not fit (it holds {} tables; inputs.standardise.by is "
            "'{}', which has {}). Use the config that was saved beside it.",
            state.size(), options_.by, wanted);
    if (active())
        use({mean->second.to(at::kCPU, at::kDouble), deviation->second.to(at::kCPU, at::kDouble)});
}

kernels::PixelTable Standardiser::table(const at::Device& device, int64_t channels, int64_t height,
                                        int64_t width) const
{
    if (!active()) return {};
    const std::lock_guard lock(mutex_);
    const auto& mean = statistics_.mean_CHW;
    ensure(mean.defined(), "an input was used before fit() or load_state()");
    if (mean.sizes() != at::IntArrayRef({channels, height, width}))
        throw UserError(
            "inputs: the saved state is of {} x {} x {} pixels (wanted {} x {} x {}). "
            "Use the config that was saved beside it.",
            mean.size(0), mean.size(1), mean.size(2), channels, height, width);
    for (const auto& table : tables_)
        if (table.mean.device() == device) return table;
    const auto table = kernels::pixel_table(mean, statistics_.deviation_CHW, options_.bias);
    tables_.push_back(table.to(device));
    return tables_.back();
}

}  // namespace jetsmith::inputs
