// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "core/errors.h"
#include "core/serial_scope.h"

namespace jetsmith {
namespace {

constexpr int kMostThreads = 65536;  // as for --threads
std::atomic<int> chosen_threads{0};
thread_local bool inside_parallel_for = false;

/// What JETSMITH_THREADS asks for; 0 where it is not set or empty.
int threads_asked_for()
{
    const char* variable = std::getenv("JETSMITH_THREADS");
    const std::string_view text = variable == nullptr ? "" : variable;
    if (text.empty()) return 0;
    int threads = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
    if (error != std::errc() || rest != text.data() + text.size() || threads < 1 ||
        threads > kMostThreads)
        throw UserError(
            "JETSMITH_THREADS: '{}' is no number of threads (1 to {} wanted). Set it to "
            "one, or unset it.",
            text, kMostThreads);
    return threads;
}

int default_threads()
{
    if (const int wanted = threads_asked_for()) return wanted;
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1U, std::thread::hardware_concurrency());
}

/// One parallel_for call. Every participant has a share of the range, the same one in the next call
/// of that size, so that what it wrote still lies in its cache; who is through helps the others.
class Work {
  public:
    using Body = std::function<void(int64_t, int64_t)>;

    Work(int64_t count, int64_t grain, const Body& body, int participants)
        : grain_(grain), body_(body), shares_(static_cast<size_t>(participants))
    {
        const int64_t pieces = (count + grain - 1) / grain;
        for (int64_t i = 0; i < participants; ++i) {
            auto& share = shares_[static_cast<size_t>(i)];
            share.next = pieces * i / participants * grain;
            share.end = std::min(pieces * (i + 1) / participants * grain, count);
        }
    }

    void run(size_t participant)
    {
        const bool nested = std::exchange(inside_parallel_for, true);
        for (size_t i = 0; i < shares_.size(); ++i)
            run_share(shares_[(participant + i) % shares_.size()]);
        inside_parallel_for = nested;
    }

    void rethrow() const
    {
        if (failure_) std::rethrow_exception(failure_);
    }

  private:
    struct alignas(64) Share {
        std::atomic<int64_t> next{0};
        int64_t end = 0;
    };

    void run_share(Share& share)
    {
        for (int64_t begin; !failed_ && (begin = share.next.fetch_add(grain_)) < share.end;) {
            try {
                body_(begin, std::min(begin + grain_, share.end));
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!failure_) failure_ = std::current_exception();
                failed_ = true;
            }
        }
    }

    int64_t grain_;
    const Body& body_;
    std::vector<Share> shares_;
    std::atomic<bool> failed_{false};
    std::mutex mutex_;
    std::exception_ptr failure_;
};

/// Looks at `done` for some microseconds: a sleeping thread takes as long as a small piece of work
/// to come back, and calls often follow each other closely.
template <typename Done>
void wait_awake(const Done& done)
{
    constexpr auto patience = std::chrono::microseconds(50);
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!done() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
}

/// Threads that sleep between calls, so that a call per batch costs microseconds.
class Pool {
  public:
    ~Pool()
    {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        wake_.notify_all();
        for (auto& thread : threads_) thread.join();
    }

    void run(Work& work, int helpers)
    {
        const std::lock_guard one_call(call_mutex_);
        {
            const std::lock_guard lock(mutex_);
            while (static_cast<int>(threads_.size()) < helpers)
                threads_.emplace_back([this, own = threads_.size() + 1] { loop(own); });
            work_ = &work;
            wanted_ = helpers;
        }
        wake_.notify_all();
        work.run(0);
        {
            const std::lock_guard lock(mutex_);
            wanted_ = 0;  // helpers that have not woken yet are no longer needed
        }
        wait_awake([this] { return active_ == 0; });
        std::unique_lock lock(mutex_);
        done_.wait(lock, [this] { return active_ == 0; });
        work_ = nullptr;
    }

  private:
    void loop(size_t participant)
    {
        std::unique_lock lock(mutex_);
        for (;;) {
            lock.unlock();
            wait_awake([this] { return stop_ || wanted_ > 0; });
            lock.lock();
            wake_.wait(lock, [this] { return stop_ || wanted_ > 0; });
            if (stop_) return;
            --wanted_;
            ++active_;
            Work* work = work_;
            lock.unlock();
            work->run(participant);
            lock.lock();
            if (--active_ == 0) done_.notify_all();
        }
    }

    std::mutex call_mutex_, mutex_;
    std::condition_variable wake_, done_;
    std::vector<std::thread> threads_;
    Work* work_ = nullptr;
    // Written under the mutex; looked at without it.
    std::atomic<int> wanted_ = 0, active_ = 0;
    std::atomic<bool> stop_ = false;
};

Pool& pool()
{
    static Pool instance;
    return instance;
}

}  // namespace

int thread_count()
{
    const int chosen = chosen_threads;
    return chosen > 0 ? chosen : default_threads();
}

SerialScope::SerialScope() : before_(std::exchange(inside_parallel_for, true)) {}
SerialScope::~SerialScope() { inside_parallel_for = before_; }

void set_thread_count(int threads) { chosen_threads = std::max(0, threads); }

void parallel_for(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body,
                  int threads)
{
    if (count <= 0) return;
    grain = std::max<int64_t>(1, grain);
    const int64_t pieces = (count + grain - 1) / grain;
    const int wanted = inside_parallel_for ? 1 : threads > 0 ? threads : thread_count();
    const int participants = static_cast<int>(std::min<int64_t>(wanted, pieces));
    Work work(count, grain, body, participants);
    if (participants == 1) {
        work.run(0);
    } else {
        pool().run(work, participants - 1);
    }
    work.rethrow();
}

}  // namespace jetsmith
