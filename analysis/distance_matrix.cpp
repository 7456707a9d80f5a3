// SPDX-License-Identifier: Apache-2.0
#include "analysis/distance_matrix.h"

#include <algorithm>
#include <utility>

#include "core/errors.h"

namespace jetsmith::analysis {
namespace {

int64_t pairs_of(int64_t rows) { return rows * (rows - 1) / 2; }

}  // namespace

DistanceMatrix::DistanceMatrix(int64_t rows, std::vector<float> condensed)
    : rows_(rows), values_(std::move(condensed))
{
    ensure(std::ssize(values_) == pairs_of(rows_), "a condensed matrix has N (N - 1) / 2 values");
}

int64_t DistanceMatrix::bytes(int64_t rows)
{
    return static_cast<int64_t>(sizeof(float)) * pairs_of(rows);
}

float DistanceMatrix::largest() const { return values_.empty() ? 0 : std::ranges::max(values_); }

void DistanceMatrix::pass(const Take& take) const
{
    for (int64_t i = 0; i + 1 < rows_; ++i) take(i, i + 1, beyond(i));
}

void DistanceMatrix::block(int64_t first, int64_t count, std::span<float> out_CN) const
{
    for (int64_t j = 0; j < first; ++j) {
        const float* above = values_.data() + place(j, first);
        float* out = out_CN.data() + j;
        for (int64_t c = 0; c < count; ++c, out += rows_) *out = above[c];
    }
    for (int64_t c = 0; c < count; ++c) {
        const auto out_N = out_CN.subspan(c * rows_, rows_);
        for (int64_t j = first; j <= first + c; ++j) out_N[j] = (*this)(first + c, j);
        std::ranges::copy(beyond(first + c), out_N.begin() + first + c + 1);
    }
}

DistanceMatrix DistanceMatrix::select(std::span<const int64_t> rows) const
{
    std::vector<float> values, whole(rows_);
    values.reserve(pairs_of(std::ssize(rows)));
    for (size_t i = 0; i < rows.size(); ++i) {
        row(rows[i], whole);
        for (size_t j = i + 1; j < rows.size(); ++j) values.push_back(whole[rows[j]]);
    }
    return {std::ssize(rows), std::move(values)};
}

std::vector<float> DistanceMatrix::to(std::span<const int64_t> rows_K) const
{
    std::vector<float> features_NK;
    features_NK.reserve(rows_ * rows_K.size());
    for (int64_t row = 0; row < rows_; ++row)
        for (const int64_t other : rows_K) features_NK.push_back((*this)(row, other));
    return features_NK;
}

}  // namespace jetsmith::analysis
