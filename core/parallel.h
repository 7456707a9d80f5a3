// SPDX-License-Identifier: Apache-2.0
// Plain data parallelism for loops outside LibTorch: a fixed set of threads, each with its share of
// the range.
#pragma once

#include <cstdint>
#include <functional>

namespace jetsmith {

/// Threads that parallel_for uses: JETSMITH_THREADS if set, else the processors this process may
/// run on (its affinity mask, so containers and batch systems are respected). At least 1. Throws
/// UserError where JETSMITH_THREADS is set to something else than a number of threads.
int thread_count();

/// Sets the number of threads for the rest of the process; 0 restores the default.
void set_thread_count(int threads);

/// Calls body(begin, end) on disjoint pieces of [0, count), each at most `grain` long, from up to
/// `threads` threads (0: thread_count()); the calling thread takes part. A thread begins
/// with its own share of the range and then helps with the others. The result must not depend on
/// which thread runs a piece. The first exception stops the hand-out and is rethrown here once all
/// threads have come to rest. Nested calls run serially in the calling thread.
void parallel_for(int64_t count, int64_t grain,
                  const std::function<void(int64_t begin, int64_t end)>& body, int threads = 0);

}  // namespace jetsmith
