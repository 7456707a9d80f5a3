// SPDX-License-Identifier: Apache-2.0
#include "core/ordered_blocks.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/serial_scope.h"

namespace jetsmith {
namespace {

using Make = std::function<void(int64_t, size_t, size_t)>;
using Take = std::function<void(int64_t, size_t)>;

class OrderedBlocks {
  public:
    OrderedBlocks(int64_t count, int threads, const Make& make, const Take& take,
                  const std::atomic<bool>& stop)
        : count_(count), make_(make), take_(take), stop_(stop),
          ready_(static_cast<size_t>(blocks_in_flight(threads)), false)
    {
    }

    void work(size_t thread)
    {
        const SerialScope serial;
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return over() || can_take() || can_make(); });
            if (over()) break;
            if (can_take()) {
                taking_ = true;
                const int64_t block = taken_;
                unlocked(lock, [&] { take_(block, slot(block)); });
                ready_[slot(block)] = false;
                taking_ = false;
                ++taken_;
            } else {
                const int64_t block = next_++;
                unlocked(lock, [&] { make_(block, slot(block), thread); });
                ready_[slot(block)] = true;
            }
            changed_.notify_all();
        }
        changed_.notify_all();
    }

    void rethrow() const
    {
        if (failure_) std::rethrow_exception(failure_);
    }

  private:
    size_t slot(int64_t block) const { return static_cast<size_t>(block) % ready_.size(); }
    bool over() const { return failure_ || stop_ || taken_ == count_; }
    bool can_take() const { return !taking_ && taken_ < next_ && ready_[slot(taken_)]; }
    bool can_make() const { return next_ < count_ && next_ < taken_ + std::ssize(ready_); }

    template <typename F>
    void unlocked(std::unique_lock<std::mutex>& lock, const F& f)
    {
        lock.unlock();
        std::exception_ptr failure;
        try {
            f();
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        if (failure && !failure_) failure_ = failure;
    }

    int64_t count_;
    const Make& make_;
    const Take& take_;
    const std::atomic<bool>& stop_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<bool> ready_;  ///< by slot: made, not yet taken
    int64_t next_ = 0, taken_ = 0;
    bool taking_ = false;
    std::exception_ptr failure_;
};

}  // namespace

void make_in_order(int64_t count, int threads, const Make& make, const Take& take,
                   const std::atomic<bool>& stop)
{
    OrderedBlocks blocks(count, threads, make, take, stop);
    {
        std::vector<std::jthread> others;
        const int64_t most = std::min<int64_t>(threads, count);
        for (int64_t thread = 1; thread < most; ++thread)
            others.emplace_back([&, thread] { blocks.work(static_cast<size_t>(thread)); });
        blocks.work(0);
    }
    blocks.rethrow();
}

}  // namespace jetsmith
