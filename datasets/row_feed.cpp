// SPDX-License-Identifier: Apache-2.0
#include "datasets/row_feed.h"

#include <ATen/ops/arange.h>

#include <algorithm>

#include "core/errors.h"

namespace jetsmith {

RowOrder file_order(int64_t rows) { return {at::arange(rows, at::kLong), 1}; }

void RowFeed::set_aside(int64_t, const std::string&) {}

ResidentFeed::ResidentFeed(EventStore store)
    : store_(std::make_shared<const EventStore>(std::move(store)))
{
}

void ResidentFeed::begin(RowOrder order, int64_t first)
{
    order_N_ = order.rows_N.to(store_->source_rows_B.device());
    next_ = first;
}

RowPiece ResidentFeed::next(int64_t rows)
{
    ensure(order_N_.defined() && next_ + rows <= order_N_.size(0), "a pass has no such rows left");
    RowPiece piece{store_, order_N_.narrow(0, next_, rows)};
    next_ += rows;
    return piece;
}

void ResidentFeed::move_to(const at::Device& device)
{
    store_ = std::make_shared<const EventStore>(store_->to(device));
}

std::unique_ptr<RowFeed> ResidentFeed::part(const at::Tensor& rows_N) const
{
    return std::make_unique<ResidentFeed>(store_->select(rows_N));
}

int64_t piece_rows(const RowFeed& feed, int64_t most)
{
    constexpr int64_t kParts = 8;
    while (most > 1 && most > feed.largest_span() / kParts) most /= 2;
    return most;
}

EventStore rows_of(RowFeed& feed, const at::Tensor& rows_N)
{
    feed.begin({rows_N, std::max<int64_t>(1, rows_N.size(0))}, 0);
    const RowPiece piece = feed.next(rows_N.size(0));
    return piece.store->select(piece.rows_B);
}

void for_each_block(RowFeed& feed, int64_t rows,
                    const std::function<void(const RowPiece& piece, int64_t begin)>& f)
{
    const int64_t all = feed.rows();
    feed.begin(file_order(all), 0);
    for (int64_t begin = 0; begin < all; begin += rows)
        f(feed.next(std::min(rows, all - begin)), begin);
}

}  // namespace jetsmith
