// SPDX-License-Identifier: Apache-2.0
// A data race between threads of the loader's kind, to see that ThreadSanitizer, with the
// suppressions in force, would find one of ours.
#include <cstdint>
#include <cstdio>

#include "core/ordered_blocks.h"

int main()
{
    const std::atomic<bool> stop = false;
    int64_t rows = 0;  // of all threads, without a lock
    jetsmith::make_in_order(
        1000, 4, [&](int64_t, size_t, size_t) { ++rows; }, [](int64_t, size_t) {}, stop);
    std::printf("%lld rows\n", static_cast<long long>(rows));
}
