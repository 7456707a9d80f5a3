// SPDX-License-Identifier: Apache-2.0
#include "core/host_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <cstring>

namespace jetsmith {
namespace {

long page_faults_of_one_allocation()
{
    constexpr size_t bytes = 48 << 20;  // above the size from which glibc always maps fresh pages
    rusage before{}, after{};
    getrusage(RUSAGE_SELF, &before);
    void* memory = std::malloc(bytes);
    std::memset(memory, 1, bytes);
    EXPECT_NE(static_cast<volatile char*>(memory)[bytes / 2], 0);
    std::free(memory);
    getrusage(RUSAGE_SELF, &after);
    return after.ru_minflt - before.ru_minflt;
}

TEST(HostMemory, LargeBlocksAreUsedAgainWithoutFreshPages)
{
#ifndef __GLIBC__
    GTEST_SKIP() << "the C library is not glibc";
#endif
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "AddressSanitizer brings an allocator of its own";
#endif
    keep_freed_memory();
    page_faults_of_one_allocation();
    EXPECT_LT(page_faults_of_one_allocation(), 100);  // 12,288 pages of 4 kB
}

}  // namespace
}  // namespace jetsmith
