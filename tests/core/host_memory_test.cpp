// SPDX-License-Identifier: Apache-2.0
#include "core/host_memory.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdlib>
#include <cstring>
#include <limits>

#include "tests/support/temp_folder.h"

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

/// A machine of which 64 GB are free.
struct ToyMachine {
    explicit ToyMachine(const std::string& cgroup)
    {
        folder.file("proc/meminfo", "MemTotal:  99000000 kB\nMemAvailable:  64000000 kB\n");
        folder.file("proc/self/cgroup", cgroup);
    }

    int64_t available() const
    {
        return available_memory({folder.path() / "proc", folder.path() / "groups"});
    }

    test::TempFolder folder;
};

constexpr int64_t kFree = 64'000'000 * int64_t{1024};

TEST(AvailableMemory, IsThatOfTheMachineWithoutALimit)
{
    EXPECT_EQ(ToyMachine("").available(), kFree);
    EXPECT_EQ(ToyMachine("0::/user.slice\n").available(), kFree);
    const ToyMachine unlimited("0::/job\n");
    unlimited.folder.file("groups/job/memory.max", "max\n");
    unlimited.folder.file("groups/job/memory.current", "123456789\n");
    EXPECT_EQ(unlimited.available(), kFree);
    EXPECT_EQ(available_memory({"/nowhere", "/nowhere"}) / 1024,
              std::numeric_limits<int64_t>::max() / 1024);
    EXPECT_GT(available_memory(), 0) << "of this machine";
}

TEST(AvailableMemory, IsWhatTheTightestGroupAboveTheProcessLeaves)
{
    const ToyMachine machine("0::/slurm/job_7/step_0\n");
    machine.folder.file("groups/slurm/job_7/step_0/memory.max", "max\n");
    machine.folder.file("groups/slurm/job_7/step_0/memory.current", "2000000000\n");
    machine.folder.file("groups/slurm/job_7/memory.max", "32000000000\n");
    machine.folder.file("groups/slurm/job_7/memory.current", "5000000000\n");
    machine.folder.file("groups/slurm/memory.max", "50000000000\n");
    machine.folder.file("groups/slurm/memory.current", "9000000000\n");
    EXPECT_EQ(machine.available(), 27'000'000'000);
    machine.folder.file("groups/slurm/memory.current", "48000000000\n");
    EXPECT_EQ(machine.available(), 2'000'000'000);
    machine.folder.file("groups/slurm/memory.current", "51000000000\n");
    EXPECT_EQ(machine.available(), 0);
}

TEST(AvailableMemory, CountsPagesOfFilesThatNobodyTouchesAsFree)
{
    const ToyMachine machine("0::/job\n");
    machine.folder.file("groups/job/memory.max", "10000000000\n");
    machine.folder.file("groups/job/memory.current", "9000000000\n");
    machine.folder.file("groups/job/memory.stat",
                        "anon 2000000000\nactive_file 1000000000\ninactive_file 6000000000\n");
    EXPECT_EQ(machine.available(), 7'000'000'000);
}

TEST(AvailableMemory, KnowsVersion1AndContainersThatSeeTheirGroupAsTheRoot)
{
    const ToyMachine machine("9:name=systemd:/x\n5:cpu,memory:/docker/0a1b\n0::/\n");
    machine.folder.file("groups/memory/memory.limit_in_bytes", "8000000000\n");
    machine.folder.file("groups/memory/memory.usage_in_bytes", "3000000000\n");
    EXPECT_EQ(machine.available(), 5'000'000'000);
    machine.folder.file("groups/memory/memory.stat",
                        "inactive_file 7\ntotal_inactive_file 1000000000\n");
    EXPECT_EQ(machine.available(), 6'000'000'000);
    machine.folder.file("groups/memory/memory.limit_in_bytes", "9223372036854771712\n");
    EXPECT_EQ(machine.available(), kFree) << "what version 1 writes for no limit";
}

}  // namespace
}  // namespace jetsmith
