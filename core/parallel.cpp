// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace jetsmith {
namespace {

std::atomic<int> chosen_threads{0};
thread_local bool inside_parallel_for = false;

int default_threads()
{
    if (const char* text = std::getenv("JETSMITH_THREADS")) {
        const int wanted = std::atoi(text);
        if (wanted > 0) return wanted;
    }
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
    return std::max(1U, std::thread::hardware_concurrency());
}

/// One parallel_for call: a counter, and the first exception that a piece threw.
struct Work {
    int64_t count;
    int64_t grain;
    const std::function<void(int64_t, int64_t)>& body;
    std::atomic<int64_t> next{0};
    std::mutex mutex;
    std::exception_ptr failure;

    void run()
    {
        const bool nested = std::exchange(inside_parallel_for, true);
        for (int64_t begin; (begin = next.fetch_add(grain)) < count;) {
            try {
                body(begin, std::min(begin + grain, count));
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (!failure) failure = std::current_exception();
                next = count;
            }
        }
        inside_parallel_for = nested;
    }
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
                threads_.emplace_back([this] { loop(); });
            work_ = &work;
            wanted_ = helpers;
        }
        wake_.notify_all();
        work.run();
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
    void loop()
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
            work->run();
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

void set_thread_count(int threads) { chosen_threads = std::max(0, threads); }

void parallel_for(int64_t count, int64_t grain, const std::function<void(int64_t, int64_t)>& body,
                  int threads)
{
    if (count <= 0) return;
    grain = std::max<int64_t>(1, grain);
    Work work{count, grain, body, {}, {}, nullptr};
    const int64_t pieces = (count + grain - 1) / grain;
    const int wanted = threads > 0 ? threads : thread_count();
    const int helpers = static_cast<int>(std::min<int64_t>(wanted, pieces)) - 1;
    if (helpers <= 0 || inside_parallel_for) {
        work.run();
    } else {
        pool().run(work, helpers);
    }
    if (work.failure) std::rethrow_exception(work.failure);
}

}  // namespace jetsmith
