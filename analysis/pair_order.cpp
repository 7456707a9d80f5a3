// SPDX-License-Identifier: Apache-2.0
#include "analysis/pair_order.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

namespace jetsmith::analysis {
namespace {

/// Pairs (a, b) with a < i of a condensed matrix of n rows.
int64_t pairs_before(int64_t i, int64_t n) { return i * (2 * n - i - 1) / 2; }

}  // namespace

PairOrder::PairOrder(DistanceLayout layout, int64_t rows, int64_t columns,
                     std::vector<int64_t> listed_K2)
    : layout_(layout), rows_(rows), columns_(columns), listed_K2_(std::move(listed_K2))
{
}

int64_t PairOrder::count() const
{
    switch (layout_) {
        case DistanceLayout::condensed: return pairs_before(rows_, rows_);
        case DistanceLayout::rectangular: return rows_ * columns_;
        case DistanceLayout::pairs: return std::ssize(listed_K2_) / 2;
    }
    return 0;
}

std::array<int64_t, 2> PairOrder::at(int64_t k) const
{
    if (layout_ == DistanceLayout::rectangular) return {k / columns_, k % columns_};
    if (layout_ == DistanceLayout::pairs) {
        const auto place = static_cast<size_t>(2 * k);
        return {listed_K2_[place], listed_K2_[place + 1]};
    }
    // The root of pairs_before(i) = k, corrected for rounding.
    const double b = 2.0 * static_cast<double>(rows_) - 1.0;
    const double root = (b - std::sqrt(std::max(0.0, b * b - 8.0 * static_cast<double>(k)))) / 2;
    auto i = std::clamp<int64_t>(static_cast<int64_t>(root), 0, rows_ - 2);
    while (pairs_before(i, rows_) > k) --i;
    while (pairs_before(i + 1, rows_) <= k) ++i;
    return {i, i + 1 + k - pairs_before(i, rows_)};
}

std::array<int64_t, 2> PairOrder::next(std::array<int64_t, 2> pair) const
{
    auto [i, j] = pair;
    if (++j < columns_) return {i, j};
    ++i;
    return {i, layout_ == DistanceLayout::condensed ? i + 1 : 0};
}

at::Tensor PairOrder::range(int64_t begin, int64_t end) const
{
    at::Tensor pairs_K2 = at::empty({end - begin, 2}, at::kLong);
    auto* to = pairs_K2.mutable_data_ptr<int64_t>();
    if (layout_ == DistanceLayout::pairs) {
        std::copy(listed_K2_.begin() + 2 * begin, listed_K2_.begin() + 2 * end, to);
        return pairs_K2;
    }
    if (begin == end) return pairs_K2;
    auto pair = at(begin);
    for (int64_t k = begin; k < end; ++k, pair = next(pair)) {
        *to++ = pair[0];
        *to++ = pair[1];
    }
    return pairs_K2;
}

}  // namespace jetsmith::analysis
