// SPDX-License-Identifier: Apache-2.0
// The rows of a split that stay in their files. A pass is cut into windows; while one is in use,
// threads read the next. Every order gives the batches that it gives of rows in memory; what it
// costs depends on how far apart the rows of a window lie: see RowOrder::span.
#pragma once

#include <atomic>
#include <future>
#include <memory>

#include "datasets/row_feed.h"
#include "datasets/stored_rows.h"
#include "datasets/stream_budget.h"

namespace jetsmith {

class StreamedFeed final : public RowFeed {
  public:
    /// index: rows of `files`, as StoredRows::index() made it, or some of them, in file order.
    StreamedFeed(std::shared_ptr<StoredRows> files, EventStore index,
                 std::shared_ptr<StreamBudget> budget);
    ~StreamedFeed() override;
    StreamedFeed(const StreamedFeed&) = delete;
    StreamedFeed& operator=(const StreamedFeed&) = delete;

    const EventStore& index() const override { return index_; }
    void begin(RowOrder order, int64_t first) override;
    RowPiece next(int64_t rows) override;
    void move_to(const at::Device& device) override { device_ = device; }
    std::unique_ptr<RowFeed> part(const at::Tensor& rows_N) const override;
    int64_t largest_span() const override;
    void set_aside(int64_t bytes, const std::string& kind) override
    {
        budget_->lend(bytes, kind);
    }
    double waited_seconds() const override { return waited_; }

  private:
    /// Consecutive entries of a pass.
    struct Window {
        std::shared_ptr<const EventStore> store;
        at::Tensor rows_N;  ///< position of every entry in the store
    };

    void start();
    void give_up();
    bool prefetch(bool at_once);
    void advance();
    Window load(int64_t begin, int64_t end, std::shared_ptr<StoreBuffers> memory) const;

    std::shared_ptr<StoredRows> files_;
    EventStore index_;
    std::shared_ptr<StreamBudget> budget_;
    at::Device device_ = at::kCPU;
    RowOrder order_;
    int64_t window_rows_ = 1;  ///< windows are cut at multiples of it
    int64_t given_ = 0;        ///< entries that were given out, from the first of the order
    int64_t next_ = 0;         ///< first entry that no window holds
    Window current_;
    int64_t used_ = 0;  ///< entries of current_ that were given out
    std::future<Window> loading_;
    std::atomic<bool> stop_ = false;
    double waited_ = 0;
};

}  // namespace jetsmith
