// SPDX-License-Identifier: Apache-2.0
#include "datasets/streamed_feed.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/errors.h"

namespace jetsmith {
namespace {

/// Smallest windows: reading has its fixed costs.
constexpr int64_t kWindow = 32'768;
/// Bytes of an entry beside its row: its place in the order and in the window, sorting both.
constexpr int64_t kEntryBytes = 48;
/// Rows vary in size.
constexpr double kReserve = 1.1;

}  // namespace

StreamedFeed::StreamedFeed(std::shared_ptr<StoredRows> files, EventStore index,
                           std::shared_ptr<StreamBudget> budget)
    : files_(std::move(files)), index_(std::move(index)), budget_(std::move(budget))
{
}

int64_t StreamedFeed::largest_span() const
{
    const double row = kReserve * files_->bytes_per_row() + kEntryBytes;
    return std::max<int64_t>(
        1, static_cast<int64_t>(static_cast<double>(budget_->window_bytes()) / row));
}

std::unique_ptr<RowFeed> StreamedFeed::part(const at::Tensor& rows_N) const
{
    auto feed = std::make_unique<StreamedFeed>(files_, index_.select(rows_N), budget_);
    feed->move_to(device_);
    return feed;
}

void StreamedFeed::begin(RowOrder order, int64_t first)
{
    give_up();
    order_ = std::move(order);
    const int64_t most = largest_span(), span = order_.span;
    window_rows_ = span >= most ? most : span * std::max<int64_t>(1, std::min(most, kWindow) / span);
    given_ = first;
    waited_ = 0;
    start();
}

StreamedFeed::~StreamedFeed()
{
    give_up();
    budget_->leave(this);
}

/// Takes the windows of the run and goes on where the pass stands.
void StreamedFeed::start()
{
    budget_->activate(this, [this] { give_up(); });
    next_ = given_;
    prefetch(/*at_once=*/false);
}

/// Lets go of all windows; threads that still read come to rest. The pass can be started again.
void StreamedFeed::give_up()
{
    stop_ = true;
    if (loading_.valid()) loading_.wait();
    loading_ = {};
    stop_ = false;
    current_ = {};
    used_ = 0;
}

/// Begins to read the next window where there is one and memory for it is free; at_once: memory of
/// its own if need be. False at the end of the pass.
bool StreamedFeed::prefetch(bool at_once)
{
    if (loading_.valid()) return true;
    if (next_ >= order_.size()) return false;
    auto memory = budget_->window();
    if (!memory && !at_once) return true;
    if (!memory) memory = std::make_shared<StoreBuffers>();
    const int64_t begin = next_;
    const int64_t end = std::min((begin / window_rows_ + 1) * window_rows_, order_.size());
    next_ = end;
    loading_ = std::async(std::launch::async,
                          [this, begin, end, memory = std::move(memory)]() mutable {
                              return load(begin, end, std::move(memory));
                          });
    return true;
}

StreamedFeed::Window StreamedFeed::load(int64_t begin, int64_t end,
                                        std::shared_ptr<StoreBuffers> memory) const
{
    const auto* order = order_.rows_N.const_data_ptr<int64_t>();
    std::vector<std::pair<int64_t, int64_t>> wanted;  // position, entry of the window
    wanted.reserve(static_cast<size_t>(end - begin));
    for (int64_t i = begin; i < end; ++i) wanted.emplace_back(order[i], i - begin);
    std::sort(wanted.begin(), wanted.end());
    const auto* row = index_.source_rows_B.const_data_ptr<int64_t>();
    const auto* file = index_.source_files_B.const_data_ptr<int32_t>();
    std::vector<std::vector<int64_t>> rows_of_file(index_.files.size());
    Window window;
    window.rows_N = at::empty({end - begin}, at::kLong);
    auto* place = window.rows_N.mutable_data_ptr<int64_t>();
    int64_t last = -1, count = 0;
    for (const auto& [position, entry] : wanted) {
        if (position != last) {
            rows_of_file[static_cast<size_t>(file[position])].push_back(row[position]);
            ++count;
        }
        last = position;
        place[entry] = count - 1;
    }
    memory->clear();
    files_->read(rows_of_file, budget_->threads(), stop_, *memory);
    if (memory->rows() != count && !stop_)
        throw RunError(
            "{}: rows are missing ({} of {} were found again). The data changed while they were "
            "read; start again.",
            index_.files.front(), memory->rows(), count);
    window.store = std::make_shared<const EventStore>(StoreBuffers::store(memory));
    return window;
}

/// Makes the window that is being read the one in use.
void StreamedFeed::advance()
{
    const auto start = std::chrono::steady_clock::now();
    current_ = {};
    ensure(prefetch(/*at_once=*/true), "a pass has no such rows left");
    try {
        current_ = loading_.get();
    } catch (...) {
        budget_->leave(this);  // the next call starts again where this one stood
        throw;
    }
    used_ = 0;
    // Here and not in the thread that reads: a copy to a GPU from another thread would break into
    // the capture of a step.
    if (!device_.is_cpu()) {
        current_.store = std::make_shared<const EventStore>(current_.store->to(device_));
        current_.rows_N = current_.rows_N.to(device_);
    }
    waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

RowPiece StreamedFeed::next(int64_t rows)
{
    if (!budget_->is_active(this)) start();
    prefetch(/*at_once=*/false);
    std::vector<RowPiece> pieces;
    for (int64_t left = rows; left > 0 || pieces.empty();) {
        if (!current_.store || used_ == current_.rows_N.size(0)) advance();
        const int64_t some = std::min(left, current_.rows_N.size(0) - used_);
        pieces.push_back({current_.store, current_.rows_N.narrow(0, used_, some)});
        used_ += some;
        left -= some;
    }
    given_ += rows;
    if (pieces.size() == 1) return pieces.front();
    std::vector<EventStore> parts;
    for (const RowPiece& piece : pieces) parts.push_back(piece.store->select(piece.rows_B));
    auto joined = std::make_shared<const EventStore>(concatenate(parts));
    return {joined, file_order(rows).rows_N.to(device_)};
}

}  // namespace jetsmith
