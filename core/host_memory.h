// SPDX-License-Identifier: Apache-2.0
// Memory of the host: how much there is for us, and what the libraries below us do with it.
#pragma once

#include <cstdint>
#include <filesystem>

namespace jetsmith {

/// Where the kernel tells of memory: /proc, and the control groups that batch systems and
/// containers set limits with.
struct MemoryFiles {
    std::filesystem::path proc = "/proc";
    std::filesystem::path groups = "/sys/fs/cgroup";
};

/// Bytes that this process could still get: what the machine has left, and no more than what the
/// limits of its control group and of those above leave (versions 1 and 2; file pages that nobody
/// has touched lately count as free). The largest number where the kernel tells nothing.
int64_t available_memory(const MemoryFiles& files = {});

/// From now on freed memory stays with the process for its next allocations. Training steps free
/// and allocate the same tensors again and again; by default the C library returns large ones to
/// the system, and every step pays for fresh, zeroed pages. Without effect where the C library is
/// not glibc.
void keep_freed_memory();

/// oneDNN, with which LibTorch multiplies matrices in bf16 on the CPU, keeps the code of each shape
/// that it has met: 1,024 of them, some 50 kB each. Batches of jets with as many constituents as
/// they have never repeat a shape, and the memory of a training grows for hours. Fewer are kept
/// from now on, unless ONEDNN_PRIMITIVE_CACHE_CAPACITY is set. Before the first use of LibTorch, by
/// the only thread.
void keep_few_primitives();

}  // namespace jetsmith
