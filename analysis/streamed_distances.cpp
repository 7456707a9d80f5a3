// SPDX-License-Identifier: Apache-2.0
#include "analysis/streamed_distances.h"

#include <algorithm>
#include <utility>

#include "analysis/distance_matrix.h"

namespace jetsmith::analysis {

StreamedDistances::StreamedDistances(std::unique_ptr<const CondensedSource> source, float largest)
    : source_(std::move(source)), largest_(largest)
{
}

void StreamedDistances::pass(const Take& take) const { source_->read(0, rows() - 1, take); }

DistanceMatrix StreamedDistances::select(std::span<const int64_t> rows) const
{
    std::vector<float> values;
    values.reserve(rows.size() * (rows.size() - 1) / 2);
    for (size_t i = 0; i + 1 < rows.size(); ++i) {
        size_t next = i + 1;
        source_->read(rows[i], rows[i] + 1, [&](int64_t, int64_t j, std::span<const float> piece) {
            for (; next < rows.size() && rows[next] < j + std::ssize(piece); ++next)
                values.push_back(piece[rows[next] - j]);
        });
    }
    return {std::ssize(rows), std::move(values)};
}

std::vector<float> StreamedDistances::to(std::span<const int64_t> rows_K) const
{
    const int64_t count = std::ssize(rows_K);
    std::vector<std::pair<int64_t, int64_t>> wanted;  // row, and its place among rows_K
    for (int64_t k = 0; k < count; ++k) wanted.emplace_back(rows_K[k], k);
    std::ranges::sort(wanted);
    std::vector<float> features_NK(rows() * count);  // 0 on the diagonal
    const auto take = [&](int64_t i, int64_t j, std::span<const float> piece) {
        const auto from = [&](int64_t row) {
            return std::ranges::lower_bound(wanted, std::pair{row, int64_t{0}});
        };
        for (auto own = from(i); own != from(i + 1); ++own)
            for (int64_t t = 0; t < std::ssize(piece); ++t)
                features_NK[(j + t) * count + own->second] = piece[t];
        for (auto other = from(j); other != from(j + std::ssize(piece)); ++other)
            features_NK[i * count + other->second] = piece[other->first - j];
    };
    if (count > 0) source_->read(0, std::min(wanted.back().first + 1, rows() - 1), take);
    return features_NK;
}

}  // namespace jetsmith::analysis
