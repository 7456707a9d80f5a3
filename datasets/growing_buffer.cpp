// SPDX-License-Identifier: Apache-2.0
#include "datasets/growing_buffer.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <sys/mman.h>

#include <algorithm>

#include "core/errors.h"

namespace jetsmith {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kHugePage = size_t{2} << 20;

size_t whole_pages(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

}  // namespace

GrowingBuffer::~GrowingBuffer()
{
    if (data_) munmap(data_, capacity_);
}

void GrowingBuffer::resize(size_t bytes)
{
    if (bytes > capacity_) {
        const size_t capacity = whole_pages(std::max(bytes, capacity_ + capacity_ / 2));
        // The kernel moves page tables, not bytes, and gives out pages when they are first written.
        void* grown = data_ ? mremap(data_, capacity_, capacity, MREMAP_MAYMOVE)
                            : mmap(nullptr, capacity, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (grown == MAP_FAILED)
            throw RunError(
                "out of memory while reading ({} bytes were wanted for one column). Use "
                "fewer rows (data.max_rows) or a selection.",
                capacity);
        data_ = static_cast<std::byte*>(grown);
        capacity_ = capacity;
        // Large pages save most of the page faults; for small buffers they would waste memory.
        if (capacity >= 4 * kHugePage) madvise(data_, capacity_, MADV_HUGEPAGE);
    }
    size_ = bytes;
}

at::Tensor GrowingBuffer::release(const std::vector<int64_t>& sizes, at::ScalarType dtype)
{
    if (size_ == 0) return at::empty(sizes, dtype);
    const size_t kept = whole_pages(size_);
    if (kept < capacity_) munmap(data_ + kept, capacity_ - kept);
    at::Tensor tensor = at::from_blob(
        data_, sizes, [kept](void* data) { munmap(data, kept); }, at::TensorOptions(dtype));
    ensure(tensor.nbytes() == size_, "a column's shape disagrees with its bytes");
    data_ = nullptr;
    size_ = capacity_ = 0;
    return tensor;
}

}  // namespace jetsmith
